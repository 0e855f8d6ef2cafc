/// What a request says, wherever it says it, before anybody knows whether it makes sense.
struct JolokiaArguments: Sendable, Equatable {
    var type: String
    var mbean: String?
    /// Empty for all.
    var attributes: [String] = []
    /// One attribute by its name alone, and not in a list.
    var isPlain = false
    var path: [String] = []

    /// From what follows `/jolokia/`, decoded: `read/MBEAN/ATTRIBUTE,ATTRIBUTE`. Nothing asks for the version.
    init(path text: String) {
        var parts = JolokiaPath.split(text)[...]
        type = parts.popFirst() ?? "version"
        if type.lowercased() != "list" { mbean = parts.popFirst() }
        if type.lowercased() == "read", let attributes = parts.popFirst() { setAttributes(attributes) }
        path = Array(parts)
    }

    /// From one request of a body. Unknown names are left alone, as processing parameters are (`config`).
    init(_ request: JSONTree) throws(JolokiaFailure) {
        guard case .object = request else { throw .badRequest("A request is a JSON object") }
        guard let type = request["type"]?.text else { throw .badRequest("No type given") }
        guard request["target"] == nil else { throw .badRequest("Only the MBeans of this node are served") }
        self.type = type
        mbean = try request["mbean"].map { (value) throws(JolokiaFailure) in try Self.text(value) }
        path = JolokiaPath.split(try request["path"].map { (value) throws(JolokiaFailure) in try Self.text(value) } ?? "")
        switch request["attribute"] {
        case nil: break
        case .array(let names):
            attributes = try names.map { (name) throws(JolokiaFailure) in try Self.text(name) }
        case let name?: setAttributes(try Self.text(name))
        }
    }

    private mutating func setAttributes(_ text: String) {
        attributes = text.split(separator: ",").map { String($0) }
        isPlain = attributes.count == 1
    }

    private static func text(_ value: JSONTree) throws(JolokiaFailure) -> String {
        guard let text = value.text else { throw .badRequest("A name is not a string") }
        return text
    }
}
