import Glibc
import HelioNode

/// The head of a pack's `.idx` file, which says how many objects there are (gitformat-pack(5)).
enum PackIndex {
    /// `\377tOc`, the version, and 256 running totals, of which the last is the number of objects. Version 1 has the totals alone.
    private static let headBytes = 8 + 256 * 4

    static func objects(in path: String) throws(Failure) -> Int64 {
        // A pipe or a device in the place of an index must not hang us.
        guard Files.kind(path) != .other else { throw damaged(path) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Files.failure("open", path, errno) }
        defer { close(descriptor) }
        var head = [UInt8](repeating: 0, count: headBytes)
        var filled = 0
        while filled < head.count {
            let count = head.withUnsafeMutableBytes { read(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Files.failure("read", path, errno) }
            if count == 0 { break }
            filled += count
        }
        guard let total = total(head[..<filled]) else { throw damaged(path) }
        return total
    }

    static func total(_ head: ArraySlice<UInt8>) -> Int64? {
        let isVersion1 = !head.starts(with: [0xFF, 0x74, 0x4F, 0x63])
        let totals = isVersion1 ? head.prefix(256 * 4) : head.dropFirst(8)
        guard totals.count == 256 * 4 else { return nil }
        return totals.suffix(4).reduce(0) { $0 << 8 | Int64($1) }
    }

    private static func damaged(_ path: String) -> Failure {
        Failure(.corrupt, GitMessage.bounded("\(GitMessage.escaped(path)) is no index of a pack"))
    }
}
