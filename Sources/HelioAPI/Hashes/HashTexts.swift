import HelioLock
import HelioLoop
import HelioNode

/// What `repo-hashes` says of each shelf of the catalogue: rendered for the first reader, and kept for all where it can be sent from
/// without being copied. A change renders one shelf anew. Any thread.
///
/// It costs the size of the document in shared memory, while somebody reads: `releaseUnused` gives it back.
final class HashTexts: Sendable {
    /// The same key, the same text.
    struct Key: Hashable {
        let variant: HashVariant
        /// Of the shelf; with `first` it names its content.
        let revision: UInt64
        let first: RepositoryID
        /// The project whose list is open before the shelf, which decides how it begins.
        let previous: ProjectID?
    }

    struct Text {
        let range: FileRange
        /// The project whose list is open after it.
        let last: ProjectID?
    }

    /// Texts that no catalogue has any more are dropped when there are as many of them as of others; so much of them does not matter.
    private static let slack = 16 * 1024 * 1024
    /// The same by number, since each takes some hundred bytes beside the text: of a small catalogue thousands would be kept otherwise. Many more
    /// than a catalogue has shelves.
    private static func mostTexts(repositories: Int, variants: Int) -> Int { 1024 + repositories / 16 * variants }
    /// The longest entry is a little shorter.
    private static let entryBytes = 224
    /// How long they are kept after the last reader has taken one.
    static let keptFor = Duration.seconds(60)

    private struct State {
        var file: MemoryFile?
        var end = 0
        var texts: [Key: Text] = [:]
        var variants: Set<HashVariant> = []
        var lastUse: ContinuousClock.Instant
        var piece: [UInt8] = []
    }

    private let state: Locked<State>
    private let now: @Sendable () -> ContinuousClock.Instant

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
        state = Locked(State(lastUse: now()))
    }

    /// - Parameters:
    ///   - repositories: in the catalogue.
    ///   - render: appends the text.
    /// - Returns: nil without memory for it.
    func text(_ key: Key, repositories: Int, render: (inout [UInt8]) -> ProjectID?) -> Text? {
        state.withLock { state in
            state.lastUse = now()
            if let known = state.texts[key] { return known }
            state.variants.insert(key.variant)
            let variants = state.variants.count
            let isFull = state.end > Self.slack + 2 * Self.entryBytes * repositories * variants
            if isFull || state.texts.count >= Self.mostTexts(repositories: repositories, variants: variants) {
                state = State(lastUse: state.lastUse)
            }
            return Self.add(key, to: &state, render)
        }
    }

    private static func add(_ key: Key, to state: inout State, _ render: (inout [UInt8]) -> ProjectID?) -> Text? {
        state.piece.removeAll(keepingCapacity: true)
        let last = render(&state.piece)
        do throws(LoopError) {
            let file = if let file = state.file { file } else { try MemoryFile(name: "repo-hashes") }
            state.file = file
            try file.write(state.piece, at: state.end)
            let text = Text(range: FileRange(file, offset: state.end, count: state.piece.count), last: last)
            state.end += state.piece.count
            state.texts[key] = text
            return text
        } catch {
            // The readers have it rendered for each of them, as slowly as that is.
            state = State(lastUse: state.lastUse)
            return nil
        }
    }

    /// Bytes kept.
    var size: Int { state.withLock(\.end) }

    /// What is being sent stays until it is.
    func releaseUnused() {
        state.withLock { state in
            if state.file != nil, now() - state.lastUse > Self.keptFor { state = State(lastUse: state.lastUse) }
        }
    }
}
