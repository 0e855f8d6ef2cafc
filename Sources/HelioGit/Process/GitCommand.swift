import Glibc
import HelioNode

/// One run of git.
struct GitCommand: Sendable {
    var arguments: [String]
    var input: [UInt8] = []
    /// The upstream that it talks to; nil for work on a local copy.
    var source: FetchSource?
    /// The copy whose objects may grow meanwhile, which counts as progress.
    var growing: String?
    var total: Duration
    /// Bytes of standard output taken; more ends git.
    var outputLimit = RefLimits().ofCopies.bytes

    init(_ arguments: [String], total: Duration) {
        self.arguments = arguments
        self.total = total
    }
}

struct GitResult: Sendable {
    let status: GitStatus
    let output: [UInt8]
    /// The last `StderrTail.limit` bytes.
    let errors: [UInt8]
    /// Whether git talked to an upstream.
    let isUpstream: Bool
    /// The host of the upstream refuses everybody.
    var isRefusedByHost = false
    /// For how long a host that answered 429 or 503 wants to be left in peace; nil when it did not say.
    var retryAfter: Duration?

    /// - Throws: the classified failure when git did not exit with 0.
    func checked() throws(Failure) -> GitResult {
        switch status {
        case .exited(0): return self
        case .exited(let code): throw Classification.failure(
                stderr: errors, exitCode: code, isUpstream: isUpstream, pause: retryAfter ?? Classification.pause, isOfHost: isRefusedByHost)
        case .signalled(let signal):
            // A crash over what an upstream sent is that repository's; a KILL, as of the kernel out of memory, is nobody's.
            throw Failure(isUpstream && status.isCrash ? .rejected : .internal, "git was ended by signal \(signal)")
        }
    }

    /// The same of work in a repository that is there. What git does not find in it is a repository, and what nobody knows that git says is
    /// the repository's trouble, as a crash over it is. That git cannot be run, or is killed, is not.
    func checkedInRepository() throws(Failure) -> GitResult {
        do throws(Failure) { return try checked() } catch {
            let isOfRepository = status.isExit || status.isCrash
            throw isOfRepository && [.notFound, .internal].contains(error.reason) ? Failure(.corrupt, error.message) : error
        }
    }
}

enum GitStatus: Sendable, Hashable {
    case exited(Int32)
    case signalled(Int32)

    var isExit: Bool { if case .exited = self { true } else { false } }

    var isCrash: Bool { if case .signalled(let signal) = self { [SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL].contains(signal) } else { false } }
}
