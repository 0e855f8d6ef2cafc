/// `KEY/slug`, checked: it can be used as a path below the data directory and cannot leave it.
///
/// The key may have several segments (`A/B/c` has key `A/B`). Each segment is 1–200 bytes of UTF-8 without control characters,
/// not `.` or `..`, without a leading `-` and without a trailing `.git` or `.lock`.
public struct RepositoryName: Hashable, Sendable {
    public let project: ByteString
    public let slug: ByteString

    public init(project: ByteString, slug: ByteString) throws(NameError) {
        guard !project.isEmpty else { throw .emptySegment }
        for segment in project.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            try Self.check(segment)
        }
        guard !slug.bytes.contains(UInt8(ascii: "/")) else { throw .slashInSlug }
        try Self.check(slug.bytes[...])
        self.project = project
        self.slug = slug
    }

    /// - Parameter path: `KEY/slug`.
    public init(_ path: ByteString) throws(NameError) {
        guard let slash = path.bytes.lastIndex(of: UInt8(ascii: "/")) else { throw .noProject }
        try self.init(project: ByteString(path.bytes[..<slash]), slug: ByteString(path.bytes[(slash + 1)...]))
    }

    public var path: ByteString { ByteString(project.bytes + [UInt8(ascii: "/")] + slug.bytes) }

    private static func check(_ segment: ArraySlice<UInt8>) throws(NameError) {
        guard !segment.isEmpty else { throw .emptySegment }
        guard segment.count <= 200 else { throw .segmentTooLong }
        guard !segment.elementsEqual(".".utf8), !segment.elementsEqual("..".utf8) else { throw .dotSegment }
        guard segment.first != UInt8(ascii: "-") else { throw .leadingDash }
        for suffix in [".git", ".lock"] where segment.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
            throw .reservedSuffix
        }
        // Plain ASCII, as nearly every name is, needs no look at Unicode: a catalogue reads back a million of them.
        if segment.allSatisfy({ (0x20..<0x7F).contains($0) }) { return }
        guard let text = String(validating: segment, as: UTF8.self) else { throw .notUTF8 }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .controlCharacter
        }
    }
}

extension RepositoryName: Comparable {
    /// By project, then slug, each bytewise.
    public static func < (left: RepositoryName, right: RepositoryName) -> Bool {
        left.project == right.project ? left.slug < right.slug : left.project < right.project
    }
}

extension RepositoryName: CustomStringConvertible {
    public var description: String { path.description }
}

/// Why a name cannot be mirrored.
public enum NameError: String, Error, Sendable, CaseIterable {
    case noProject = "a repository is KEY/slug"
    case emptySegment = "a segment of the name is empty"
    case segmentTooLong = "a segment of the name is longer than 200 bytes"
    case dotSegment = "a segment of the name is . or .."
    case leadingDash = "a segment of the name starts with -"
    case reservedSuffix = "a segment of the name ends in .git or .lock"
    case notUTF8 = "the name is not UTF-8"
    case controlCharacter = "the name holds a control character"
    case slashInSlug = "the slug holds a /"
}
