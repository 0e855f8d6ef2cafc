internal import Glibc

/// Whether two directories are one, or one lies within the other.
enum PathOverlap {
    /// As the paths are written: no disk is asked, which may hang, and no link followed.
    static func asWritten(_ one: String, _ other: String) -> Bool {
        let (one, other) = (components(of: one), components(of: other))
        return one.starts(with: other) || other.starts(with: one)
    }

    /// Where all links lead. Asks the disk, which may hang.
    /// - Returns: false when one of them is not there.
    static func onDisk(_ one: String, _ other: String) -> Bool {
        guard let one = resolved(one), let other = resolved(other) else { return false }
        return asWritten(one, other)
    }

    /// Without those that lead nowhere, or back.
    private static func components(of path: String) -> [[UInt8]] {
        var components: [[UInt8]] = []
        for component in path.utf8.split(separator: UInt8(ascii: "/")) {
            switch String(decoding: component, as: UTF8.self) {
            case ".": break
            case "..": _ = components.popLast()
            default: components.append(Array(component))
            }
        }
        return components
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
