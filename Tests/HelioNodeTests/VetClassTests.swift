@testable import HelioNode
import Testing

struct VetClassTests {
    private static func content(_ version: UInt8) -> MirrorHash { .known(Digest(raw: [UInt8](repeating: version, count: 32))) }

    /// 1 is what the copy is believed to hold, 0 stands for a hash that is not known.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// nil for no copy.
        let ours: Result<UInt8?, Failure>
        let upstream: Result<UInt8, Failure>
        let outcome: VetClass

        init(_ what: String, _ ours: Result<UInt8?, Failure>, _ upstream: Result<UInt8, Failure>, _ outcome: VetClass) {
            testDescription = what
            self.ours = ours
            self.upstream = upstream
            self.outcome = outcome
        }
    }

    static let rows = [
        Row("both the same", .success(1), .success(1), .equal),
        Row("both the same, and not what we believed", .success(2), .success(2), .equal),
        Row("the upstream has moved on", .success(1), .success(2), .lagging),
        Row("the copy is neither", .success(3), .success(2), .mismatch),
        Row("no copy", .success(nil), .success(1), .missing),
        Row("no hash there", .success(1), .success(0), .unknown),
        Row("gone there", .success(1), .failure(Failure(.notFound, "gone")), .extra),
        Row("gone there, broken here", .failure(Failure(.corrupt, "bad object")), .failure(Failure(.notFound, "gone")), .extra),
        Row("no answer", .success(1), .failure(Failure(.connection, "away")), .unknown),
        Row("broken here, no answer", .failure(Failure(.corrupt, "bad object")), .failure(Failure(.timeout, "away")), .unknown),
        Row("broken here", .failure(Failure(.corrupt, "bad object")), .success(1), .mismatch),
        Row("broken here, no hash there", .failure(Failure(.corrupt, "bad object")), .success(0), .mismatch),
    ]

    private static func hash(_ version: UInt8) -> MirrorHash { version == 0 ? .unknown : content(version) }

    @Test(arguments: rows) func comparison_IsClassified(_ row: Row) {
        let comparison = Comparison(
            repository: RepositoryID(1), ours: row.ours.map { $0.map(Self.hash) }, upstream: row.upstream.map(Self.hash))
        #expect(comparison.classify(remembered: Self.content(1)) == row.outcome)
    }

    /// Descriptors that ran out, a disk that stalls: nothing was seen of the copy.
    @Test(arguments: FailureReason.allCases.filter { $0 != .corrupt }, [1, 2, 0] as [UInt8])
    func copyThatTheMachineCouldNotRead_IsNoMismatch(_ reason: FailureReason, upstream: UInt8) {
        let comparison = Comparison(
            repository: RepositoryID(1), ours: .failure(Failure(reason, "too many open files")), upstream: .success(Self.hash(upstream)))
        #expect(comparison.classify(remembered: Self.content(1)) == .unknown)
    }
}
