/// Writes HTML in which nothing but constants of ours stands as it is: text and the values of attributes go through `ShownText`, and
/// there is no way past it. That what is opened is closed follows from the closures.
struct HTMLWriter: Sendable {
    typealias Attributes = KeyValuePairs<StaticString, String>

    /// Scalars of a text, unless whoever writes it says otherwise: no name and no message can fill the page.
    static let textLimit = 160

    private(set) var bytes: [UInt8] = []

    mutating func element(_ name: StaticString, _ attributes: Attributes = [:], _ body: (inout HTMLWriter) -> Void) {
        open(name, attributes)
        body(&self)
        constant("</")
        constant(name)
        constant(">")
    }

    mutating func element(_ name: StaticString, _ attributes: Attributes = [:], text: String, limit: Int = textLimit) {
        element(name, attributes) { $0.text(text, limit: limit) }
    }

    /// An element that is never closed, such as `meta`.
    mutating func void(_ name: StaticString, _ attributes: Attributes) { open(name, attributes) }

    mutating func text(_ text: String, limit: Int = textLimit) { ShownText.append(text, limit: limit, to: &bytes) }

    /// Markup, a style sheet or a script of ours.
    mutating func constant(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }

    /// What another has written: markup already.
    mutating func append(_ other: HTMLWriter) { bytes.append(contentsOf: other.bytes) }

    /// Writes what `items` have to show until it would take more than `budget` bytes. An item is written whole or not at all.
    /// - Returns: how many there was no room for.
    mutating func each<Item>(
        of items: some Collection<Item>, within budget: Int, _ body: (inout HTMLWriter, Item) -> Void
    ) -> Int {
        let start = bytes.count
        for (index, item) in items.enumerated() {
            let mark = bytes.count
            body(&self, item)
            guard bytes.count - start > budget else { continue }
            bytes.removeSubrange(mark...)
            return items.count - index
        }
        return 0
    }

    private mutating func open(_ name: StaticString, _ attributes: Attributes) {
        constant("<")
        constant(name)
        for (name, value) in attributes {
            constant(" ")
            constant(name)
            constant("=\"")
            // What is in an attribute is drawn or read aloud as a whole: it is only escaped and bounded.
            ShownText.append(value, limit: Self.attributeLimit, to: &bytes)
            constant("\"")
        }
        constant(">")
    }

    /// The path of all bars of a plot is the longest.
    private static let attributeLimit = 1200
}
