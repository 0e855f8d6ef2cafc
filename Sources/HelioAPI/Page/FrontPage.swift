import HelioNode

/// The status page: one document that needs nothing else, is complete without its script, and tells what matters first.
struct FrontPage: Sendable {
    /// Bytes at most, whatever the farm's size and whoever named what is in it: the sections have budgets that add up to less.
    static let limit = 64 * 1024

    let reading: PageReading

    func render() -> [UInt8] {
        let state = StateSection(reading)
        var html = HTMLWriter()
        html.constant("<!doctype html>\n")
        html.element("html", ["lang": "en"]) { html in
            html.element("head") { appendHead(state, to: &$0) }
            html.element("body") { html in
                html.element("a", ["class": "skip", "href": "#main"], text: "To the status")
                Mark.appendShapes(to: &html)
                html.element("header") { appendHeader(to: &$0) }
                html.element("main", ["id": "main", "tabindex": "-1"]) { html in
                    state.append(to: &html)
                    ProgressSection.append(reading, to: &html)
                    FarmSection.append(reading, to: &html)
                    RepositoriesSection.append(reading, to: &html)
                    RunsSection.append(reading, to: &html)
                    WebhooksSection.append(reading, to: &html)
                    TimersSection.append(reading, to: &html)
                }
                html.element("footer") { appendFooter(to: &$0) }
                html.element("script") { $0.constant(PageScript.text) }
            }
        }
        html.constant("\n")
        return html.bytes
    }

    private func appendHead(_ state: StateSection, to html: inout HTMLWriter) {
        html.void("meta", ["charset": "utf-8"])
        html.element("title", text: "\(state.summary) – \(reading.identity.name)")
        html.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        html.void("meta", ["name": "color-scheme", "content": "light dark"])
        html.void("link", ["rel": "icon", "href": Mark.icon(of: state.urgency)])
        html.element("style") { $0.constant(PageStyle.text) }
    }

    private func appendHeader(to html: inout HTMLWriter) {
        html.element("h1", text: reading.identity.name, limit: 100)
        html.element("p") { html in
            html.text("Heliostat \(reading.identity.version), a mirror of ")
            html.element("span", ["class": "name"], text: reading.identity.upstream.url)
        }
        // Filled by the script. Only what changes is said aloud: the state, and that the node does not answer.
        html.element("p", ["id": "contact", "role": "status"]) { html in
            html.element("noscript", text: "Reload the page to see what is new.")
        }
    }

    private func appendFooter(to html: inout HTMLWriter) {
        html.element("p") { html in
            html.text("For programs: ")
            for (index, path) in ["/status", "/readyz", "/metrics", "/rest/mirroring/latest/progress"].enumerated() {
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
