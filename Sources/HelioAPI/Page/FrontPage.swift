import HelioNode

/// The status page: one document that needs nothing else, is complete without its script, and tells what matters first.
struct FrontPage: Sendable {
    /// Bytes at most, whatever the farm's size and whoever named what is in it. The sections have budgets, and the farm, which one wants to
    /// see whole, has what they leave.
    static let limit = 64 * 1024
    /// Bytes of the farm's section without its rows.
    private static let aroundFarm = 1500

    let reading: PageReading

    func render() -> [UInt8] {
        let state = StateSection(reading)
        var (before, after) = (HTMLWriter(), HTMLWriter())
        state.append(to: &before)
        ProgressSection(reading).append(to: &before)
        RepositoriesSection(reading).append(to: &after)
        RunsSection(reading).append(to: &after)
        WebhooksSection(reading).append(to: &after)
        TimersSection(reading).append(to: &after)
        let frame = document(state, HTMLWriter()).count
        let rest = Self.limit - frame - before.bytes.count - after.bytes.count - Self.aroundFarm
        FarmSection(reading, within: max(0, rest)).append(to: &before)
        before.append(after)
        return document(state, before)
    }

    private func document(_ state: StateSection, _ sections: HTMLWriter) -> [UInt8] {
        var html = HTMLWriter()
        html.constant("<!doctype html>\n")
        html.element("html", ["lang": "en"]) { html in
            html.element("head") { appendHead(state, to: &$0) }
            html.element("body") { html in
                html.element("a", ["class": "skip", "href": "#main"], text: "To the status")
                Mark.appendShapes(to: &html)
                html.element("header") { appendHeader(to: &$0) }
                html.element("main", ["id": "main", "tabindex": "-1", "data-summary": state.verdict]) { $0.append(sections) }
                html.element("footer") { appendFooter(to: &$0) }
                html.element("script") { $0.constant(PageScript.text) }
            }
        }
        html.constant("\n")
        return html.bytes
    }

    private func appendHead(_ state: StateSection, to html: inout HTMLWriter) {
        html.void("meta", ["charset": "utf-8"])
        html.element("title", text: "\(state.title) – \(reading.identity.name)")
        html.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        html.void("meta", ["name": "color-scheme", "content": "light dark"])
        html.void("link", ["rel": "icon", "href": Mark.icon(of: state.urgency)])
        html.element("style") { $0.constant(PageStyle.text) }
    }

    private func appendHeader(to html: inout HTMLWriter) {
        html.element("h1", text: reading.identity.name, limit: 100)
        html.element("p") { html in
            html.text("Heliostat \(reading.identity.version), a mirror of ")
            // A list of URLs has none of its own.
            let url = reading.identity.upstream.url
            if url.isEmpty { html.text("a list of URLs") } else { html.element("span", ["class": "name"], text: url) }
        }
        // Filled by the script. Only what changes is said aloud: the state, and that the node does not answer.
        html.element("p", ["id": "contact", "role": "status"]) { html in
            html.element("noscript", text: "Reload the page to see what is new.")
        }
    }

    private func appendFooter(to html: inout HTMLWriter) {
        html.element("p") { html in
            html.text("For programs: ")
            for (index, path) in ["/status", "/readyz", "/rest/mirroring/latest/progress"].enumerated() {
                if index > 0 { html.text(", ") }
                html.element("a", ["href": path], text: path)
            }
            html.text(". On the node: ")
            html.element("code", text: "heliostat status")
            html.text(", ")
            html.element("code", text: "heliostat farm")
            html.text(".")
        }
    }
}
