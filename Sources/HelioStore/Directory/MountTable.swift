import Glibc

/// The mounted file systems by device, from proc(5) `mountinfo`. (`statfs` would say the type directly, but Swift's Glibc does
/// not have it.)
struct MountTable: Sendable {
    /// Type by `major:minor`.
    private let types: [String: String]

    /// - Parameter text: lines such as `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`.
    init(parsing text: String) {
        var types: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 3, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { continue }
            types[String(fields[2])] = String(fields[dash + 1])
        }
        self.types = types
    }

    /// Empty where there is no `/proc`: an unknown file system counts as local.
    static func current() -> MountTable {
        let file = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return MountTable(parsing: "") }
        defer { close(file) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(file, &chunk, chunk.count)
            guard count > 0 else { break }
            text.append(contentsOf: chunk[..<count])
        }
        return MountTable(parsing: String(decoding: text, as: UTF8.self))
    }

    /// The type of the file system when it is one that is reached over a network; nil otherwise.
    func networkFileSystem(ofDevice device: UInt64) -> String? {
        // gnu_dev_major and gnu_dev_minor of glibc, which are macros.
        let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
        let minor = device & 0xFF | (device >> 12) & ~0xFF
        guard let type = types["\(major):\(minor)"], Self.network.contains(type) else { return nil }
        return type
    }

    private static let network: Set = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs"]
}
