import HelioHTTP
import HelioLoop
import HelioNode

/// A `repo-hashes` body. It keeps the hashes of the catalogue that it began with, and nothing that grows with it.
final class HashStream: BodyProducer, @unchecked Sendable {  // one connection pulls it, on its loop
    private var cursor: HashCursor
    private let texts: HashTexts?
    private var range: FileRange?
    /// Shelves passed in one turn, since those without a copy say nothing: the loop has others to serve.
    private static let shelvesAtOnce = 32

    /// - Parameter texts: of which it takes whole shelves; nil when it is rendered for this reader alone.
    init(_ cursor: HashCursor, _ texts: HashTexts? = nil) {
        self.cursor = cursor
        self.texts = texts
    }

    func produce(into output: inout [UInt8]) -> Bool {
        guard let texts else { return render(&output) }
        cursor.open(&output)
        var passed = 0
        while passed < Self.shelvesAtOnce, range?.count ?? 0 < ResponseBody.rangeSize, let key = cursor.key {
            let text = texts.text(key, repositories: cursor.repositories) { [cursor] in
                var ahead = cursor
                return ahead.fillShelf(&$0)
            }
            guard let text, append(text.range) else { break }
            cursor.passShelf(leaving: text.last)
            passed += 1
        }
        // What has no text, because there is no memory for it or nothing is left but the end, is rendered here.
        return passed == 0 ? render(&output) : true
    }

    func takeRange() -> FileRange? {
        defer { range = nil }
        return range
    }

    /// - Returns: false when it lies elsewhere than what is there.
    private func append(_ next: FileRange) -> Bool {
        guard next.count > 0 else { return true }
        guard range != nil else {
            range = next
            return true
        }
        return range?.extend(by: next) ?? false
    }

    private func render(_ output: inout [UInt8]) -> Bool {
        output.reserveCapacity(ResponseBody.pieceSize + Self.overhang)
        return cursor.fill(&output, upTo: ResponseBody.pieceSize)
    }

    /// The longest entry with the opening of its project and the end of the list is shorter.
    private static let overhang = 512
}
