// The event parser inside Yams. Its composer would not do: it recurses as deep as the file says, expands aliases, and stops at
// the first duplicate key without telling where the second stands.
internal import CYaml
internal import Yams

/// Reads one YAML document into a tree, in memory bounded by the text.
///
/// Anchors, aliases, tags and further documents are refused: nothing here needs them, and they are how small files become large.
struct YAMLReader: ~Copyable {
    /// Enough for every key, and little enough that readers of the tree may recurse.
    static let maximumDepth = 16

    private var parser = yaml_parser_t()
    private var stack: [Frame] = []
    private var root: YAMLNode?

    /// A sequence or mapping that is still open; a mapping's keys and values alternate.
    private struct Frame {
        let place: Place
        let isMapping: Bool
        var items: [YAMLNode] = []
    }

    private init() {}

    /// - Returns: nil when the text holds no document, only comments.
    static func read(_ text: [UInt8]) throws(YAMLError) -> YAMLNode? {
        var reader = YAMLReader()
        guard yaml_parser_initialize(&reader.parser) == 1 else { throw YAMLError(.start, "out of memory") }
        defer { yaml_parser_delete(&reader.parser) }
        yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING)
        // The parser keeps the pointer, so everything happens inside the closure; typed throws do not pass through it.
        let outcome: Result<Void, YAMLError> = text.withUnsafeBufferPointer { bytes in
            yaml_parser_set_input_string(&reader.parser, bytes.baseAddress, bytes.count)
            do throws(YAMLError) { return .success(try reader.readEvents()) } catch { return .failure(error) }
        }
        try outcome.get()
        return reader.root
    }

    private mutating func readEvents() throws(YAMLError) {
        var ended = false
        while !ended {
            var event = yaml_event_t()
            guard yaml_parser_parse(&parser, &event) == 1 else { throw syntaxError() }
            defer { yaml_event_delete(&event) }
            ended = try take(event)
        }
    }

    /// - Returns: whether that was the end of the text.
    private mutating func take(_ event: yaml_event_t) throws(YAMLError) -> Bool {
        let place = Place(event.start_mark)
        switch event.type {
        case YAML_STREAM_END_EVENT: return true
        case YAML_DOCUMENT_START_EVENT where root != nil: throw YAMLError(place, "a second document starts here; one is read")
        case YAML_ALIAS_EVENT: throw YAMLError(place, "aliases (*name) are not accepted; write the value again")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            try refuse(anchor: scalar.anchor, tag: scalar.tag, at: place)
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            add(YAMLNode(place: place, content: .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)))
        case YAML_SEQUENCE_START_EVENT:
            try refuse(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag, at: place)
            try open(Frame(place: place, isMapping: false))
        case YAML_MAPPING_START_EVENT:
            try refuse(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag, at: place)
            try open(Frame(place: place, isMapping: true))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: close()
        default: break
        }
        return false
    }

    private func refuse(anchor: UnsafePointer<UInt8>?, tag: UnsafePointer<UInt8>?, at place: Place) throws(YAMLError) {
        if anchor != nil { throw YAMLError(place, "anchors (&name) are not accepted; write the value where it is needed") }
        if tag != nil { throw YAMLError(place, "tags (!name) are not accepted") }
    }

    private mutating func open(_ frame: Frame) throws(YAMLError) {
        guard stack.count < Self.maximumDepth else {
            throw YAMLError(frame.place, "nested deeper than \(Self.maximumDepth) levels")
        }
        stack.append(frame)
    }

    private mutating func close() {
        guard let frame = stack.popLast() else { return }
        guard frame.isMapping else { return add(YAMLNode(place: frame.place, content: .sequence(frame.items))) }
        let pairs = stride(from: 0, to: frame.items.count - 1, by: 2).map { (key: frame.items[$0], value: frame.items[$0 + 1]) }
        add(YAMLNode(place: frame.place, content: .mapping(pairs)))
    }

    private mutating func add(_ node: YAMLNode) {
        if stack.isEmpty { root = node } else { stack[stack.count - 1].items.append(node) }
    }

    private func syntaxError() -> YAMLError {
        let problem = parser.problem.map { String(cString: $0) } ?? "cannot be read"
        // libyaml's words for a tab where indentation is expected, which is how most people come to see them.
        let isTab = problem.contains("cannot start any token")
        let hint = isTab ? "; indent with spaces, not tabs" : ""
        let context = parser.context.map { " (" + String(cString: $0) + ")" } ?? ""
        return YAMLError(Place(parser.problem_mark), problem + context + hint)
    }
}

/// The text is not YAML, or more YAML than is accepted.
struct YAMLError: Error {
    let place: Place
    let message: String

    init(_ place: Place, _ message: String) {
        self.place = place
        self.message = message
    }
}

extension Place {
    static let start = Place.file(line: 1, column: 1)

    fileprivate init(_ mark: yaml_mark_t) {
        // Clamped, so that no mark the C library could give traps; a file has at most 2^20 lines.
        self = .file(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }
}
