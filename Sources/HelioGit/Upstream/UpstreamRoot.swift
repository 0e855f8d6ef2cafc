import Glibc
import HelioNode

/// The directory that all repositories of an upstream lie below.
enum UpstreamRoot {
    /// What a repository's failure means when the whole upstream is away: a disk that is not mounted must not look like
    /// thousands of repositories deleted or broken, each by its own fault.
    /// - Returns: `.connection` when the directory is missing, unreadable or empty, as a mount point without its disk is;
    ///   otherwise `failure` itself.
    static func blamed(_ failure: Failure, _ root: String) async throws(Failure) -> Failure {
        guard [.notFound, .auth, .corrupt, .rejected].contains(failure.reason) else { return failure }
        guard let trouble = try await DiskThreads.run({ () throws(Failure) in trouble(root) }) else { return failure }
        return Failure(.connection, GitMessage.bounded("the upstream's directory \(GitMessage.escaped(root)) \(trouble)"))
    }

    private static func trouble(_ root: String) -> String? {
        do throws(Failure) {
            guard let names = try Files.entries(root) else { return "is missing" }
            return names.isEmpty ? "is empty: is its disk mounted?" : nil
        } catch {
            return "cannot be read: \(error.message)"
        }
    }
}
