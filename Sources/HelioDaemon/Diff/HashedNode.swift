internal import Foundation
internal import HelioAPI
internal import HelioNode

/// A node of which only what everybody may read is known: its hashes, and how far behind it says to be.
struct HashedNode: DiffSource {
    /// Bytes of a `repo-hashes` document: more than two million repositories.
    private static let limit = 512 << 20

    private let client: NodeClient

    init(_ client: NodeClient) {
        self.client = client
    }

    func tell(_ only: Set<RepositoryID>?) async throws(DiffProblem) -> DiffTelling {
        guard let outcome = await OffPool.run({ () -> Result<DiffTelling, DiffProblem> in
            do throws(DiffProblem) { return .success(try read()) } catch { return .failure(error) }
        }) else { throw .incomparable("cancelled") }
        return try outcome.get()
    }

    private func read() throws(DiffProblem) -> DiffTelling {
        let hashes = try hashes()
        // Asked after the hashes, so that it cannot be older than what they tell of.
        let readiness = try readiness()
        if let readiness, ![NodeState.synchronized.rawValue, NodeState.metadataSynchronized.rawValue].contains(readiness.state) {
            throw .incomparable("\(client.address) does not know its repositories: it is \(Screen.printable(readiness.state))")
        }
        let contact = readiness?.lastUpstreamContactSeconds.map { SystemClock.monotonic() - .seconds($0.bounded) }
        let side = DiffSide(
            role: .mirror, readings: DiffReading.readings(hashes, confirmedAt: contact), backlog: readiness.map { DiffBacklog($0) })
        return DiffTelling(side: side, state: readiness?.state, looksAtDisks: false)
    }

    private func hashes() throws(DiffProblem) -> [HashedRepository] {
        var document: [UInt8] = []
        let refusal: Answer?
        do throws(ClientError) {
            refusal = try client.stream("/rest/mirroring/latest/repo-hashes") { piece in
                document.append(contentsOf: piece)
                return document.count > Self.limit ? "it is longer than 512 MiB" : nil
            }
        } catch {
            throw .incomparable(error.description)
        }
        if let refusal { throw .incomparable("\(client.address) answered \(refusal.status): \(refusal.message)") }
        do throws(HashesProblem) {
            return try RepositoryHashes.read(document)
        } catch {
            throw .incomparable("the hashes of \(client.address) cannot be used: \(error)")
        }
    }

    /// - Returns: nil for a server without `/readyz`, which is no node of ours.
    private func readiness() throws(DiffProblem) -> Readyz? {
        do throws(ClientError) {
            let answer = try client.send("GET", "/readyz")
            // 404 is what a drained node may be configured to answer.
            guard [200, 404, 503].contains(answer.status) else { return nil }
            // Another server's page under this path says nothing of a mirror.
            return try? JSONDecoder().decode(Readyz.self, from: Data(answer.body))
        } catch {
            throw .incomparable(error.description)
        }
    }
}

/// What `/readyz` says, as far as it tells of a backlog.
private struct Readyz: Decodable {
    struct Repositories: Decodable {
        var total: Int
        var synchronized: Int
        var behind: Int
        var quarantined: Int
    }

    var state: String
    var lagSeconds: Double
    var oldestFirstCopySeconds: Double
    var lastUpstreamContactSeconds: Double?
    var repositories: Repositories
}

extension DiffBacklog {
    fileprivate init(_ readiness: Readyz) {
        let counts = readiness.repositories
        let known = [counts.synchronized, counts.behind, counts.quarantined].reduce(0) { $0.addingReportingOverflow($1).partialValue }
        let (waiting, overflow) = counts.total.subtractingReportingOverflow(known)
        self.init(
            behind: counts.behind, firstCopies: overflow ? 0 : max(waiting, 0), quarantined: counts.quarantined,
            oldest: .seconds(max(readiness.lagSeconds, readiness.oldestFirstCopySeconds).bounded))
    }
}

extension Double {
    /// What a peer calls seconds, within what can be reckoned with.
    fileprivate var bounded: Double { self >= 0 ? Swift.min(self, 1e9) : 0 }
}
