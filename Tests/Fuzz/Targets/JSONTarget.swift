@testable import HelioAPI
import HelioJSON

/// JSON bodies: what is read as a tree can be written and read again, and the two readers agree.
struct JSONTarget: FuzzTarget {
    let name = "json"
    let maximumLength = 512

    private static let names = ["repository", "force", "endpoint", "a"]

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let tree = Self.tree(input, depth: 8)
        if let tree {
            var writer = JSONWriter()
            writer.value(Written(tree: tree))
            let again = Self.tree(writer.bytes, depth: 8)
            try promise(again == tree, "written again as \(shown(writer.bytes))")
            try promise(Self.depth(tree) <= 8, "nested \(Self.depth(tree)) deep")
        }
        try Self.checkFlat(input, tree)
    }

    private static func tree(_ bytes: [UInt8], depth: Int) -> JSONTree? {
        do throws(JSONError) { return try JSONTree(bytes, depth: depth) } catch { return nil }
    }

    private static func depth(_ tree: JSONTree) -> Int {
        switch tree {
        case .object(let fields): 1 + (fields.values.map(depth).max() ?? 0)
        case .array(let elements): 1 + (elements.map(depth).max() ?? 0)
        default: 0
        }
    }

    /// A flat object is read by both, or by none.
    private static func checkFlat(_ input: [UInt8], _ tree: JSONTree?) throws(BrokenPromise) {
        var fields: [[UInt8]: JSONTree]?
        do throws(JSONError) {
            fields = try FlatObject(input, allowing: names).fields.mapValues { value in
                switch value {
                case .string(let text): .string(text)
                case .bool(let value): .bool(value)
                case .null: .null
                }
            }
        } catch {}
        if let fields { return try promise(tree == .object(fields), "as a flat object \(fields), as a tree \(tree.map { "\($0)" } ?? "refused")") }
        guard case .object(let members) = tree else { return }
        let isFlat = members.allSatisfy { name, value in
            guard names.contains(where: { $0.utf8.elementsEqual(name) }) else { return false }
            switch value {
            case .string, .bool, .null: return true
            case .number, .array, .object: return false
            }
        }
        try promise(!isFlat, "a flat object is refused")
    }
}

/// A tree as our own writer writes it.
private struct Written: JSONValue {
    let tree: JSONTree

    func append(to writer: inout JSONWriter) {
        switch tree {
        case .object(let fields):
            writer.object { json in
                for (name, value) in fields { json.member(String(decoding: name, as: UTF8.self), Written(tree: value)) }
            }
        case .array(let elements): writer.array { json in for element in elements { json.value(Written(tree: element)) } }
        case .string(let text): String(decoding: text, as: UTF8.self).append(to: &writer)
        case .number(let digits): writer.raw(digits)
        case .bool(let value): value.append(to: &writer)
        case .null: writer.raw("null".utf8)
        }
    }
}
