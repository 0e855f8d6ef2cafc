/// Lines of text for a terminal or a pipe: cut to a width, coloured or not, and safe whatever a peer put into them.
struct Screen {
    enum Colour: String {
        case red = "31", green = "32", yellow = "33", faint = "2", bold = "1"
    }

    /// Columns; nil does not cut, for a pipe.
    let width: Int?
    let hasColour: Bool
    private(set) var lines: [String] = []

    init(width: Int?, hasColour: Bool) {
        self.width = width
        self.hasColour = hasColour
    }

    /// A line made of pieces. What does not fit is cut, with `…` at the end.
    mutating func line(_ pieces: (text: String, colour: Colour?)...) {
        var left = width ?? .max
        var line = ""
        for (text, colour) in pieces where left > 0 {
            let shown = Self.fit(Self.printable(text), left)
            left -= shown.count
            line += colour.map { hasColour ? "\u{1B}[\($0.rawValue)m\(shown)\u{1B}[0m" : shown } ?? shown
        }
        lines.append(line)
    }

    mutating func gap() { lines.append("") }

    private static func fit(_ text: String, _ columns: Int) -> String {
        text.count <= columns ? text : String(text.prefix(max(columns - 1, 0))) + "…"
    }

    /// Control characters could move the cursor or change the terminal; direction marks could reorder a name.
    static func printable(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

extension String {
    /// Filled with spaces to `columns`; never cut.
    func padded(to columns: Int) -> String { self + String(repeating: " ", count: Swift.max(columns - count, 0)) }
}
