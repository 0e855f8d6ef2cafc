import HelioNode

/// Renders the hashes of a catalogue piece by piece. What it holds is a value: whatever is published meanwhile, the stream tells
/// of the moment at which it began. Repositories without a copy are left out, and projects without any repository left.
struct HashCursor: Sendable {
    private let shelves: [HashShelf]
    /// Of the whole catalogue, with a copy or without.
    let repositories: Int
    private let variant: HashVariant
    /// Where to stop when only one project was asked for.
    private let only: ProjectID?
    private var shelf = 0
    private var slot = 0
    /// The project whose list is open.
    private var project: ProjectID?
    private var phase = Phase.opening

    private enum Phase {
        case opening, entries, closed
    }

    /// - Parameter only: a project that is in the catalogue; nil for all.
    init(_ catalogue: Catalogue, _ variant: HashVariant, only: ProjectID? = nil) {
        shelves = catalogue.hashShelves
        repositories = catalogue.counts.total
        self.variant = variant
        self.only = only
        if let only, let start = catalogue.start(of: only) { (shelf, slot) = start }
    }

    /// Appends entries until `output` holds `size` bytes: at most one entry more than that.
    /// - Returns: false after the last.
    mutating func fill(_ output: inout [UInt8], upTo size: Int) -> Bool {
        open(&output)
        while phase == .entries, output.count < size {
            guard shelf < shelves.count else { return close(&output) }
            guard fillFromShelf(shelves[shelf].lines, &output, upTo: size) else { return close(&output) }
        }
        return phase != .closed
    }

    /// How the document begins; nothing if it has.
    mutating func open(_ output: inout [UInt8]) {
        guard phase == .opening else { return }
        output.append(contentsOf: #"{"projects":["#.utf8)
        phase = .entries
    }

    /// - Returns: false when the project that was asked for has ended.
    private mutating func fillFromShelf(_ lines: [HashLine], _ output: inout [UInt8], upTo size: Int) -> Bool {
        let span = lines.span
        while slot < span.count {
            guard output.count < size else { return true }
            let line = span[slot]
            if let only, line.project != only { return false }
            if line.hasCopy {
                separate(line.project, isPublic: line.isPublic, &output)
                append(line.id, line.content, line.metadata, &output)
            }
            slot += 1
        }
        (shelf, slot) = (shelf + 1, 0)
        return true
    }

    private mutating func separate(_ owner: ProjectID, isPublic: Bool, _ output: inout [UInt8]) {
        if project == owner { return output.append(UInt8(ascii: ",")) }
        Self.append(project == nil ? #"{"id":"# : #"]},{"id":"#, to: &output)
        Decimal.append(owner.value, to: &output)
        Self.append(isPublic ? #","public":true,"repositories":["# : #","public":false,"repositories":["#, to: &output)
        project = owner
    }

    private func append(_ id: RepositoryID, _ content: MirrorHash, _ metadata: MirrorHash, _ output: inout [UInt8]) {
        Self.append(#"{"id":"#, to: &output)
        Decimal.append(id.value, to: &output)
        if variant.hasContent {
            Self.append(#","hashes":{"content":""#, to: &output)
            content.appendHex(to: &output)
        }
        if variant.hasMetadata {
            Self.append(variant.hasContent ? #"","metadata":""# : #","hashes":{"metadata":""#, to: &output)
            metadata.appendHex(to: &output)
        }
        Self.append(#""}}"#, to: &output)
    }

    // MARK: Whole shelves

    /// Names the text of the next shelf; nil after the last, and inside of one.
    var key: HashTexts.Key? {
        guard phase != .closed, only == nil, slot == 0, shelf < shelves.count else { return nil }
        let next = shelves[shelf]
        guard let first = next.lines.first?.id else { return nil }
        return HashTexts.Key(variant: variant, revision: next.revision, first: first, previous: project)
    }

    /// Appends what the next shelf says.
    /// - Returns: the project whose list is open then.
    mutating func fillShelf(_ output: inout [UInt8]) -> ProjectID? {
        _ = fillFromShelf(shelves[shelf].lines, &output, upTo: .max)
        return project
    }

    /// Goes on after a shelf whose text is told otherwise.
    mutating func passShelf(leaving last: ProjectID?) {
        (shelf, slot) = (shelf + 1, 0)
        project = last
    }

    private mutating func close(_ output: inout [UInt8]) -> Bool {
        Self.append(project == nil ? "]}" : "]}]}", to: &output)
        phase = .closed
        return false
    }

    private static func append(_ text: StaticString, to output: inout [UInt8]) {
        text.withUTF8Buffer { output.append(contentsOf: $0) }
    }
}
