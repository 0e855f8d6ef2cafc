import Glibc

/// The node's UUID, in a file of its own beside the database: it outlives a database that an operator has to replace.
struct IdentityFile {
    /// Lower-case, as RFC 9562 prints it.
    let uuid: String

    /// nil when the file is missing.
    init?(existingAt path: String) throws(StoreError) {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            guard errno == ENOENT else { throw .system(operation: "open", path: path, errno: errno) }
            return nil
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else { throw .system(operation: "read", path: path, errno: errno) }
        guard let uuid = Self.parse(bytes.prefix(count)) else { throw .corrupt("\(path) does not hold a UUID") }
        self.uuid = uuid
    }

    /// Makes a new one and returns when it is on disk.
    init(creatingAt path: String) throws(StoreError) {
        uuid = Self.random()
        try DurableFile.write(Array((uuid + "\n").utf8), to: path)
    }

    private static func parse(_ bytes: some Collection<UInt8>) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let line = text.hasSuffix("\n") ? text.dropLast() : text[...]
        let groups = line.split(separator: "-", omittingEmptySubsequences: false)
        let digits: Set<Character> = Set("0123456789abcdef")
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12], groups.joined().allSatisfy(digits.contains) else { return nil }
        return String(line)
    }

    /// Version 4 of RFC 9562, section 5.4: 122 random bits.
    private static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let high = generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = [high, low].map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }.joined().utf8
        var uuid = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { uuid.append("-") }
            uuid.unicodeScalars.append(Unicode.Scalar(digit))
        }
        return uuid
    }
}
