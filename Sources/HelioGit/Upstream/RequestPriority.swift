public import HelioNode

/// Whose requests to a busy host go first.
public enum RequestPriority: Sendable {
    /// A synchronisation: somebody waits for it. What is not marked otherwise.
    case high
    /// A comparison of everything, as of a vet or a pass: it has time.
    case low

    @TaskLocal static var current = RequestPriority.high
}

extension Upstream {
    /// The same as `refs(of:)`, in its turn among the requests to the host. A directory has no host and no turns.
    public func refs(of repository: Repository, priority: RequestPriority) async throws(Failure) -> UpstreamRefs {
        try await RequestPriority.$current.withValue(priority) { () async -> Result<UpstreamRefs, Failure> in
            do throws(Failure) { return .success(try await refs(of: repository)) } catch { return .failure(error) }
        }.get()
    }
}
