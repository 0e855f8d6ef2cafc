/// A YAML value and where it stands.
struct YAMLNode: Sendable {
    enum Content: Sendable {
        /// `isPlain`: written without quotes, so `true`, `~` and the empty text are not strings.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        /// In the order of the file; keys may repeat, it is the reader of the mapping who refuses that.
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    let place: Place
    let content: Content

    /// Nothing is written after the key.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// For messages: "a list", "a section", "text".
    var kindName: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a single value"
        case .sequence: "a list"
        case .mapping: "a section"
        }
    }
}
