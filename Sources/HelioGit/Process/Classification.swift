import HelioNode

/// Turns git's words (`LC_ALL=C`) into the closed list of reasons.
///
/// The order matters: what caused a failure is said before or beside what followed from it ("the remote end hung up"), so the
/// specific comes first. Every entry has a real message in the tests.
///
/// What the upstream says is told apart from what git says here, as far as git marks it: `remote: …` on each line, and
/// everything after `remote error:`. The upstream's words are never taken for a condition of this node (disk, lock), or an
/// upstream could stay out of quarantine by its words. Over ssh the other side's own stderr comes unmarked; there a disk that
/// is claimed to be full cannot be told from ours.
enum Classification {
    /// What strerror(3) says of our own disk and memory; git puts it last on the line, where no text of a peer's that it quotes
    /// can stand.
    private static let diskErrors: [Needle] = [
        "no space left on device", "disk quota exceeded", "read-only file system", "input/output error", "file too large",
        "file size limit exceeded", "cannot allocate memory", "too many open files", "too many open files in system",
    ]
    private static let diskComplaints: [Needle] = ["error: unable to write file", "fatal: unable to write file", "fatal: out of memory"]
    /// What git says at a limit that it was given because it reads what an upstream sends, and the key of that limit. It is the
    /// repository's own trouble: as the node's it would keep the node from being SYNCHRONIZED, for as long as the upstream likes.
    private static let limits: [(said: Needle, key: String)] = [
        ("fatal: out of memory", "sync.max_memory"), (": cannot allocate memory", "sync.max_memory"), (": file too large", "sync.max_pack"),
    ]
    private static let lockComplaints: [Needle] = [
        "cannot lock ref", "unable to lock", "unable to create '': file exists", "but expected", "reference already exists",
    ]
    private static let refusals: [(said: Needle, refusal: HostRefusal)] = [
        ("requested url returned error: 429", .tooManyRequests), ("requested url returned error: 503", .unavailable),
    ]
    private static let noCommit: Needle = "trying to write non-commit object"
    private static let vanished: [Needle] = ["not our ref", "does not allow request for unadvertised object"]

    private static let table: [(FailureReason, [Needle])] = [
        (.dns, [
            "could not resolve host", "could not resolve hostname", "could not resolve proxy", "name or service not known",
            "temporary failure in name resolution", "unable to look up", "no address associated with hostname",
        ]),
        (.tls, [
            "ssl certificate", "certificate verification failed", "certificate verify failed", "gnutls_handshake", "ssl connect error",
            "ssl_connect", "tls connection", "cafile", "ssl routines", "unable to get local issuer", "certificate subject name",
        ]),
        (.notFound, ["not exported"]),
        (.auth, [
            "authentication failed", "could not read username", "could not read password", "permission denied",
            "terminal prompts disabled", "requested url returned error: 401", "requested url returned error: 403",
            "host key verification failed", "invalid username or password", "access denied", "dubious ownership",
        ]),
        // curl's own watch, set to our limit: it may notice before ours does.
        (.noProgress, ["operation too slow"]),
        (.timeout, ["operation timed out", "connection timed out", "timed out"]),
        (.corrupt, [
            "reference broken", "bad object", "corrupt", "inflate", "unable to read tree", "unable to read sha1", "broken link",
            "unresolved delta", "bad tree", "did not send all necessary objects", "missing blob", "missing tree", "missing commit",
            "does not point to a valid object", "unable to parse object", "nonexistent object", "packed-refs", "bad pack",
            "pack has bad", "cannot be accessed", "not our ref", "failed to traverse", "missing necessary objects",
            "did not receive expected object", "unknown object type", "cannot read existing object", ": expected type", "truncated pack",
            "truncated index",
        ]),
        (.rejected, [
            "requested url returned error: 3", "fsck error", "unknown repository extension", "expected git repo version", "not allowed", "shallow",
            "bad config", "unable to update url base from redirection", "refusing to", "mismatched algorithms", "invalid refspec",
            "unhandled message id",
        ]),
        (.notFound, [
            "repository not found", "requested url returned error: 404", "repository '", "does not appear to be a git repository",
            "no such file or directory", "does not exist", "not a git repository", "requested url returned error: 410",
            "not valid: is this a git repository",
        ]),
        (.connection, [
            "connection refused", "failed to connect", "unable to connect", "no route to host", "network is unreachable",
            "connection reset", "hung up", "early eof", "empty reply", "rpc failed", "unexpected disconnect", "connection closed",
            "unable to access", "could not read from remote repository", "requested url returned error: 429", "broken pipe",
            "requested url returned error: 5",
        ]),
    ]

    /// - Parameter isUpstream: whether git talked to an upstream. What nobody knows is then the repository's own trouble, not ours.
    /// - Parameter pause: what a host that answered 429 or 503 is left in peace for.
    /// - Parameter isOfHost: the upstream's host refuses everybody, and not just for this repository.
    static func failure(
        stderr: [UInt8], exitCode: Int32, isUpstream: Bool, pause: Duration = Classification.pause, isOfHost: Bool = false
    ) -> Failure {
        let summary = GitMessage.summary(stderr)
        var message = summary.isEmpty ? "git exited with \(exitCode) and said nothing" : summary
        if isUpstream, let key = limit(in: StderrText(withoutQuotations(stderr))) { message = GitMessage.bounded("more than \(key) allows: \(message)") }
        let refusal = isUpstream ? refusal(in: stderr) : nil
        let reason = reason(of: stderr, isUpstream: isUpstream)
        return Failure(
            reason, message, retryAfter: refusal.map { _ in pause }, isOfHost: isOfHost,
            isOfUpstream: isUpstream && reason == .corrupt && isRemote(.corrupt, in: stderr))
    }

    /// Whether only the other side says so, or what it sent is damaged. upload-pack speaks of "possible repository corruption on the remote
    /// side" whatever has ended its pack-objects, a lack of memory too, and the git that runs here complains then of what it was not sent.
    private static func isRemote(_ reason: FailureReason, in stderr: [UInt8]) -> Bool {
        let text = StderrText(withoutQuotations(stderr))
        let needles = table.filter { $0.0 == reason }.flatMap(\.1)
        let isStreamBroken = text.local.contains { line in streamComplaints.contains { $0.isIn(line) } }
        return remoteSide.isIn(text.whole[...]) || isStreamBroken
            || !text.local.contains { line in needles.contains { $0.isIn(line) } }
    }

    private static let remoteSide: Needle = "corruption on the remote side"
    /// Of the pack that is just being received (git's builtin/index-pack.c): upload-pack sends the bytes that its disk gives it as they are.
    private static let streamComplaints: [Needle] = ["pack has bad object at offset", "pack is corrupted (", "pack signature mismatch"]

    /// Of a host that answers 429 or 503 without `Retry-After`: the shortest time that servers commonly name; if that is too short it says
    /// so again.
    static let pause: Duration = .seconds(60)

    /// - Returns: that the host does not want to be asked now; nil when it said nothing of the kind.
    static func refusal(in stderr: [UInt8]) -> HostRefusal? {
        let lines = StderrText(withoutQuotations(stderr)).local
        return refusals.first { lines.contains(where: $0.said.isIn) }?.refusal
    }

    static func reason(of stderr: [UInt8], isUpstream: Bool) -> FailureReason {
        let text = StderrText(withoutQuotations(stderr))
        if isUpstream, limit(in: text) != nil { return .rejected }
        if text.local.contains(where: isDisk) { return .disk }
        for (reason, needles) in table {
            if needles.contains(where: { $0.isIn(text.whole[...]) }) { return reason }
            // Where it stands among the others: git says what broke a ref beside that it cannot lock it.
            if reason == .corrupt, lockComplaints.contains(where: { text.local.contains(where: $0.isIn) }) { return .refLock }
        }
        return isUpstream ? .rejected : .internal
    }

    private static func limit(in text: StderrText) -> String? {
        limits.first { said, _ in text.local.contains { said.begins($0) || said.ends($0) } }?.key
    }

    private static func isDisk(_ line: ArraySlice<UInt8>) -> Bool {
        diskErrors.contains { $0.ends(line) && line.dropLast($0.bytes.count).suffix(2).elementsEqual(": ".utf8) }
            || diskComplaints.contains { $0.begins(line) }
    }

    /// `'…'` becomes `''`: a repository may be named `corrupt` or `timed out`. An apostrophe inside a word opens nothing.
    private static func withoutQuotations(_ stderr: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var quoting = false
        for byte in stderr {
            if byte == 0x27 {
                let opens = !quoting && !(result.last.map { (0x61...0x7A).contains($0 | 0x20) } ?? false)
                if quoting || opens { quoting = opens }
                result.append(byte)
            } else if byte == 0x0A || !quoting {
                quoting = false
                result.append(byte)
            }
        }
        return result
    }

    /// An object that we asked for by id is gone at the upstream: a ref moved or went between learning and fetching.
    /// Protocol 0 says all refs at each connection, so there git sees it by itself and asks for nothing.
    static func isVanishedObject(_ stderr: [UInt8]) -> Bool {
        vanished.contains { $0.isIn(stderr[...]) }
    }

    /// git lets no branch name what is no commit (refs/files-backend.c). No name of a ref has a space, so none looks like these words.
    static func isNoCommit(_ stderr: [UInt8]) -> Bool { noCommit.isIn(stderr[...]) }
}

/// Why an HTTP server does not want to be asked.
enum HostRefusal: Sendable {
    /// 429: it counts requests, whatever they ask for.
    case tooManyRequests
    /// 503: all of it, or what is behind one of its paths.
    case unavailable
}

/// git's stderr in lower case, taken apart by who said it. Bytes, because a hundred needles are looked for, and `String` compares
/// letters where git and C compare bytes.
private struct StderrText {
    /// Lines of the git that runs here.
    private(set) var local: [ArraySlice<UInt8>] = []
    let whole: [UInt8]

    private static let remoteError: Needle = "remote error:"
    private static let remote: Needle = "remote:"

    init(_ stderr: [UInt8]) {
        whole = stderr.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        // git repeats `remote: ` after a carriage return, too.
        for line in whole.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            // A message of the upstream's may hold line ends; git has nothing to say after it.
            if Self.remoteError.isIn(line) { return }
            if !Self.remote.begins(line) { local.append(line) }
        }
    }
}

/// Words to look for, in lower case.
private struct Needle: ExpressibleByStringLiteral, Sendable {
    let bytes: [UInt8]

    init(stringLiteral text: String) { bytes = Array(text.utf8) }

    func isIn(_ text: ArraySlice<UInt8>) -> Bool { Bytes.holds(text, bytes) }
    func begins(_ line: ArraySlice<UInt8>) -> Bool { line.starts(with: bytes) }
    func ends(_ line: ArraySlice<UInt8>) -> Bool { line.suffix(bytes.count).elementsEqual(bytes) }
}
