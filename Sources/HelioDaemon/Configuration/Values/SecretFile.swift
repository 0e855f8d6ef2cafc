/// A secret's bytes. It prints as `<secret>`, whoever prints it.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public let bytes: [UInt8]

    public var description: String { "<secret>" }
    public var debugDescription: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Secrets come from files only, never from the configuration or the environment.
public enum SecretFile {
    /// Bytes; far above any token.
    public static let maximumSize = 16 << 10

    /// Bytes. The shortest secret accepted for what this node itself guards: the floor that Standard Webhooks sets, 24 bytes.
    public static let minimumOwnSize = 24

    /// Reads a secret of what this node itself guards. It comes in a header, and is compared as text.
    ///
    /// - Throws: what `read` throws, and when the secret is too short or not ASCII.
    static func readOwn(_ path: String) throws(FileError) -> Secret {
        let secret = try read(path)
        guard secret.bytes.count >= minimumOwnSize else {
            throw FileError(message: "holds \(secret.bytes.count) bytes; at least \(minimumOwnSize) are needed against guessing")
        }
        guard secret.bytes.allSatisfy({ $0 < 0x80 }) else { throw FileError(message: "holds a character that is not ASCII") }
        return secret
    }

    /// Reads a secret given by somebody else, of any length but 0, without its one trailing newline, if there is one.
    ///
    /// - Throws: when the file is missing, unreadable, too large or empty, or anybody on the machine may read or write it.
    public static func read(_ path: String) throws(FileError) -> Secret {
        var bytes = try readAll(path)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard !bytes.isEmpty else { throw FileError(message: "is empty") }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw FileError(message: "holds a control character or a second line")
        }
        return Secret(bytes: bytes)
    }

    /// A file that may hold several lines, as it stands.
    ///
    /// - Throws: when the file is missing, unreadable or too large, or anybody on the machine may read or write it.
    static func readAll(_ path: String) throws(FileError) -> [UInt8] {
        let file = try SmallFile.read(path, limit: maximumSize)
        guard file.mode & 0o007 == 0 else {
            throw FileError(message: "is open to everybody on this machine (mode \(String(file.mode, radix: 8))); chmod 600 it")
        }
        return file.bytes
    }
}
