import Glibc
import HelioNode

/// A repository's `HEAD` file.
enum HeadFile {
    /// - Throws: `.corrupt` when there is none or it holds neither a legal ref nor an object id.
    static func read(_ repository: String) throws(Failure) -> Head {
        if let target = linkTarget(repository) { return try symbolic(target, repository) }
        guard let bytes = try Files.readIfPresent(repository + "/HEAD", limit: 8192) else {
            throw Failure(.corrupt, "\(GitMessage.escaped(repository)) has no HEAD")
        }
        return try parse(bytes, repository)
    }

    static func parse(_ bytes: [UInt8], _ repository: String) throws(Failure) -> Head {
        let trimmed = bytes.reversed().drop { $0 == 0x0A || $0 == 0x20 || $0 == 0x0D }.reversed()
        if let target = ObjectID(hex: Array(trimmed)) { return .detached(target) }
        guard trimmed.starts(with: "ref:".utf8) else { throw malformed(repository) }
        return try symbolic(RefName(ByteString(trimmed.dropFirst(4).drop { $0 == 0x20 || $0 == 0x09 })), repository)
    }

    /// What a `HEAD` that is a link names, as core.preferSymlinkRefs makes it: git takes the text of a link for the name of a ref, be there
    /// such a file or not.
    /// - Returns: nil for a file, and for a link to something else.
    static func linkTarget(_ repository: String) -> RefName? {
        var text = [CChar](repeating: 0, count: 4096)
        let count = readlink(repository + "/HEAD", &text, text.count)
        guard count > 0 else { return nil }
        let bytes = text[..<count].map { UInt8(bitPattern: $0) }
        return bytes.starts(with: "refs/".utf8) ? RefName(ByteString(bytes)) : nil
    }

    static func symbolic(_ target: RefName, _ repository: String) throws(Failure) -> Head {
        guard RefFormat.isLegal(target) else { throw malformed(repository) }
        return .symbolic(target)
    }

    /// Under git's own lock, by rename. HEAD is set by us and not by git, so that an unborn branch is as good as any.
    static func write(_ head: Head, _ repository: String) throws(Failure) {
        try Files.replaceLocked(repository + "/HEAD") { () throws(Failure) in bytes(of: head) }
        try Files.syncDirectory(repository)
    }

    static func bytes(of head: Head) -> [UInt8] {
        switch head {
        case .symbolic(let name): Array("ref: ".utf8) + name.bytes.bytes + [0x0A]
        case .detached(let target): Array("\(target)\n".utf8)
        }
    }

    private static func malformed(_ repository: String) -> Failure {
        Failure(.corrupt, GitMessage.bounded("the HEAD of \(GitMessage.escaped(repository)) names no ref and no object"))
    }
}
