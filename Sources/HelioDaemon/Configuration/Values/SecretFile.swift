/// A secret's bytes. It prints as `<secret>`, whoever prints it.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public let bytes: [UInt8]

    public var description: String { "<secret>" }
    public var debugDescription: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    /// Compares in a time that depends on the lengths alone.
    public func matches(_ candidate: some Collection<UInt8>) -> Bool {
        guard candidate.count == bytes.count else { return false }
        return zip(bytes, candidate).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// Secrets come from files only, never from the configuration or the environment.
public enum SecretFile {
    /// Bytes; far above any token.
    public static let maximumSize = 16 << 10

    /// Bytes. The shortest secret accepted for what this node itself guards: the floor that Standard Webhooks sets, 24 bytes.
    public static let minimumOwnSize = 24

    /// Reads a secret without its one trailing newline, if there is one.
    ///
    /// - Parameter minimum: bytes; a token given by somebody else may be of any length but 0.
    /// - Throws: when the file is missing, unreadable, too large, empty or too short, or anybody on the machine may read or
    ///   write it.
    public static func read(_ path: String, minimum: Int = 1) throws(FileError) -> Secret {
        var bytes = try readAll(path)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard !bytes.isEmpty else { throw FileError(message: "is empty") }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw FileError(message: "holds a control character or a second line")
        }
        guard bytes.count >= minimum else {
            throw FileError(message: "holds \(bytes.count) bytes; at least \(minimum) are needed against guessing")
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
