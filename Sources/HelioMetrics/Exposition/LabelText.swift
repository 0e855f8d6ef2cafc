/// Labels as they stand between the braces of a sample, rendered once: `timer="farm.vet",outcome="success"`.
struct LabelText: Sendable, Hashable {
    private(set) var bytes: [UInt8] = []

    static let none = LabelText([])

    init(_ labels: [(name: String, value: String)]) {
        for (name, value) in labels { append(name, value) }
    }

    func adding(_ name: String, _ value: String) -> LabelText {
        var longer = self
        longer.append(name, value)
        return longer
    }

    private mutating func append(_ name: String, _ value: String) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: "=\"".utf8)
        bytes.append(escaped: value, quotes: true)
        bytes.append(UInt8(ascii: "\""))
    }
}
