import HelioNode

/// What several sections are made of.
extension HTMLWriter {
    mutating func section(_ id: String, _ title: String, _ body: (inout HTMLWriter) -> Void) {
        element("section", ["id": id, "class": id]) { html in
            html.element("h2", text: title)
            body(&html)
        }
    }

    /// A table that scrolls by itself where it is wider than the screen: by keyboard too, so it can be focused and has a name. What has to
    /// be read whatever the width stands above it, in a paragraph.
    /// - Parameters:
    ///   - caption: for whoever hears the page; the heading above says as much to whoever sees it.
    ///   - isStacked: on a phone each row becomes a few lines.
    mutating func table(
        _ id: String, _ caption: String, _ columns: [String], isStacked: Bool = false, rows: (inout HTMLWriter) -> Void
    ) {
        let region: Attributes = [
            "class": isStacked ? "scroll stacked" : "scroll", "id": "\(id)-scroll", "role": "region", "aria-labelledby": "\(id)-caption",
            "tabindex": "0",
        ]
        element("div", region) { html in
            html.element("table") { html in
                html.element("caption", ["id": "\(id)-caption", "class": "heard"], text: caption)
                html.element("thead") { html in
                    html.element("tr") { html in for column in columns { html.element("th", ["scope": "col"], text: column) } }
                }
                html.element("tbody") { rows(&$0) }
            }
        }
    }

    /// One name and its value, in a list of them.
    mutating func figure(_ name: String, _ value: String, _ urgency: Urgency = .good) {
        element("div") { html in
            html.element("dt", text: name)
            html.element("dd") { html in
                if urgency != .good { html.mark(urgency) }
                html.text(value)
            }
        }
    }

    mutating func cell(_ text: String, limit: Int = textLimit) { element("td", text: text, limit: limit) }

    mutating func number(_ text: String) { element("td", ["class": "number"], text: text) }

    /// A word with the shape and the colour of how much it presses.
    mutating func word(_ text: String, _ urgency: Urgency) {
        element("span", ["class": "word \(urgency.rawValue)"]) { html in
            html.mark(urgency)
            html.text(text)
        }
    }

    mutating func time(_ time: WallTime) {
        let text = CivilTime(time).text
        element("time", ["datetime": text], text: text.prefix(10) + " " + text.dropFirst(11).dropLast() + " UTC")
    }

    mutating func left(_ count: Int, _ what: String) {
        if count > 0 { element("p", ["class": "more"], text: "And \(count) more: \(what)") }
    }

    /// Shapes differ as colours do; what they mean stands beside them in words.
    mutating func mark(_ urgency: Urgency) {
        element("svg", ["class": "mark \(urgency.rawValue)", "aria-hidden": "true"]) { html in
            html.element("use", ["href": "#mark-\(urgency.rawValue)"]) { _ in }
        }
    }
}

/// The shapes of `Urgency`, in a square of 16.
enum Mark {
    /// Drawn once, for all marks of the page to refer to.
    static func appendShapes(to html: inout HTMLWriter) {
        html.element("svg", ["class": "shapes", "aria-hidden": "true"]) { html in
            for urgency in Urgency.allCases {
                html.element("symbol", ["id": "mark-\(urgency.rawValue)", "viewBox": "0 0 16 16"]) { html in
                    html.element("path", ["d": path(of: urgency)]) { _ in }
                }
            }
        }
    }

    static func path(of urgency: Urgency) -> String {
        switch urgency {
        // A disc, a ring, a triangle, a square; the last two with an exclamation mark left out.
        case .good: "M8 1a7 7 0 1 0 0 14a7 7 0 0 0 0-14z"
        case .busy: "M8 1a7 7 0 1 0 0 14a7 7 0 0 0 0-14zM8 4a4 4 0 1 1 0 8a4 4 0 0 1 0-8z"
        case .warning: "M8 1L15.5 15H.5zM7 6v4.5h2V6zM7 12v2h2v-2z"
        case .bad: "M1 1h14v14H1zM7 3.5v6h2v-6zM7 11v2h2v-2z"
        }
    }

    /// As the icon of a tab: it tells a bad node from a good one where only the icon is to be seen.
    static func icon(of urgency: Urgency) -> String {
        let fill =
            switch urgency {
            case .good: "23a04b"
            case .busy: "3b82d6"
            case .warning: "d98a00"
            case .bad: "d92d3a"
            }
        return "data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E"
            + "%3Cpath fill-rule=%22evenodd%22 fill=%22%23\(fill)%22 d=%22\(path(of: urgency))%22/%3E%3C/svg%3E"
    }
}
