import Glibc
@testable import HelioGit
import HelioNode
import Testing

/// Messages as git 2.39, OpenSSH 9.2 and libcurl 7.88 write them.
@Suite struct ClassificationTests {
    @Test(arguments: [
        (.auth, "fatal: Authentication failed for 'https://host/x.git/'"),
        (.auth, "fatal: could not read Username for 'https://host': terminal prompts disabled"),
        (.auth, "git@host: Permission denied (publickey).\nfatal: Could not read from remote repository."),
        (.auth, "fatal: unable to access 'https://host/x/': The requested URL returned error: 403"),
        (.auth, "No ED25519 host key is known for [127.0.0.1]:22 and you have requested strict checking.\nHost key verification failed.\nfatal: Could not read from remote repository."),
        (.auth, "fatal: detected dubious ownership in repository at '/up/P/r.git'"),
        (.dns, "fatal: unable to access 'https://nohost.invalid/x/': Could not resolve host: nohost.invalid"),
        (.dns, "ssh: Could not resolve hostname nohost.invalid: Name or service not known\nfatal: Could not read from remote repository."),
        (.dns, "fatal: unable to look up nohost.invalid (port 9418) (Name or service not known)"),
        (.tls, "fatal: unable to access 'https://host/x/': server certificate verification failed. CAfile: none CRLfile: none"),
        (.tls, "fatal: unable to access 'https://host/x/': gnutls_handshake() failed: Handshake failed"),
        (.tls, "fatal: unable to access 'https://host/x/': SSL certificate problem: unable to get local issuer certificate"),
        (.connection, "fatal: unable to connect to 127.0.0.1:\n127.0.0.1[0: 127.0.0.1]: errno=Connection refused"),
        (.connection, "fatal: unable to access 'http://127.0.0.1:1/x/': Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server"),
        (.connection, "fatal: the remote end hung up unexpectedly\nfatal: early EOF\nfatal: index-pack failed"),
        (.connection, "error: RPC failed; HTTP 503 curl 22 The requested URL returned error: 503"),
        (.connection, "fatal: unable to access 'https://host/x/': The requested URL returned error: 429"),
        (.noProgress, "fatal: unable to access 'https://host/x/': Operation too slow. Less than 1 bytes/sec transferred the last 120 seconds"),
        (.timeout, "ssh: connect to host 10.0.0.1 port 22: Connection timed out\nfatal: Could not read from remote repository."),
        (.notFound, "remote: Repository not found.\nfatal: repository 'https://host/x/' not found"),
        (.notFound, "fatal: '/up/P/none.git' does not appear to be a git repository\nfatal: Could not read from remote repository."),
        (.notFound, "fatal: remote error: access denied or repository not exported: /x"),
        (.notFound, "fatal: '/up/corrupt shallow timed out.git' does not appear to be a git repository"),
        (.refLock, "fatal: Unable to create '/d/packed-refs.lock': File exists."),
        (.refLock, "fatal: commit: cannot lock ref 'refs/heads/main': is at 1111 but expected 2222"),
        (.refLock, "fatal: prepare: cannot lock ref 'refs/heads/a/b': 'refs/heads/a' exists; cannot create 'refs/heads/a/b'"),
        (.corrupt, "fatal: prepare: cannot lock ref 'refs/heads/x': unable to resolve reference 'refs/heads/x': reference broken"),
        (.corrupt, "error: inflate: data stream error (incorrect header check)\nfatal: loose object 11 (stored in 22) is corrupt"),
        (.corrupt, "remote: fatal: bad tree object 1234\nfatal: early EOF\nfatal: index-pack failed\nremote: error: Could not read 1234"),
        (.corrupt, "fatal: pack has 3 unresolved deltas\nfatal: index-pack failed"),
        (.corrupt, "error: /up did not send all necessary objects"),
        (.corrupt, "fatal: git upload-pack: not our ref 1234\nfatal: remote error: upload-pack: not our ref 1234"),
        (.disk, "fatal: write error: No space left on device\nfatal: index-pack failed"),
        (.disk, "error: unable to write file /d/objects/11: Disk quota exceeded"),
        (.disk, "fatal: prepare: cannot lock ref 'refs/heads/x': Unable to create '/d/refs/heads/x.lock': Too many open files"),
        (.rejected, "error: object 11: zeroPaddedFilemode: contains zero-padded file modes\nfatal: fsck error in packed object\nfatal: index-pack failed"),
        (.rejected, "fatal: unknown repository extension found:\n\trefstorage"),
        (.rejected, "fatal: transport 'ext' not allowed"),
        (.rejected, "fatal: unable to update url base from redirection:\n  asked for: http://a/x\n   redirect: http://b/x"),
        (.rejected, "fatal: unable to access 'http://a/x/': The requested URL returned error: 301"),
        (.internal, "fatal: something new under the sun"),
        (.internal, ""),
    ] as [(FailureReason, String)])
    func reason_IsOfTheClosedList(_ expected: FailureReason, _ message: String) {
        #expect(Classification.reason(of: Array(message.utf8), isUpstream: false) == expected)
    }

    @Test func message_IsOneBoundedLineWithoutSecrets() {
        let text = "remote: Counting\rfatal: a\u{202E}b https://u:s3cret@h/x and ssh://git@h/y\nfatal: " + String(repeating: "é", count: 500)
        let failure = Classification.failure(stderr: Array(text.utf8), exitCode: 128, isUpstream: true)
        #expect(failure.message.hasPrefix("fatal: a\\u{202e}b https://h/x and ssh://h/y; fatal: é"))
        #expect(failure.message.utf8.count <= GitMessage.limit + 6)
        #expect(Classification.failure(stderr: [], exitCode: 3, isUpstream: true).message == "git exited with 3 and said nothing")
    }

    @Test(arguments: [
        "remote: fatal: write error: No space left on device", "remote: cannot lock ref: x\rremote: error: x: Disk quota exceeded",
        "fatal: remote error: upstream\nfatal: write error: No space left on device", "fatal: remote error: cannot lock ref",
        "fatal: git fetch-pack: expected ACK/NAK, got 'ERR' x: No space left on device'", "fatal: something new under the sun", "",
    ])
    func upstreamsWords_AreNoConditionOfThisNode(_ message: String) {
        #expect(Classification.reason(of: Array(message.utf8), isUpstream: true) == .rejected)
    }

    @Test(arguments: [
        "remote: hello\nfatal: write error: No space left on device\nfatal: index-pack failed",
        "fatal: cannot store pack file: No space left on device", "error: unable to write file /d/objects/11: Disk quota exceeded",
    ])
    func ourOwnDisk_IsOursEvenInAFetch(_ message: String) {
        #expect(Classification.reason(of: Array(message.utf8), isUpstream: true) == .disk)
    }

    @Test(arguments: [
        ("fatal: Out of memory, malloc failed (tried to allocate 9 bytes)\nfatal: fetch-pack: invalid index-pack output", "sync.max_memory"),
        ("Receiving objects: 1%\rfatal: mmap failed: Cannot allocate memory", "sync.max_memory"),
        ("fatal: write error: File too large\nfatal: fetch-pack: invalid index-pack output", "sync.max_pack"),
    ])
    func limit_IsTheRepositorys_InAFetch(message: String, key: String) {
        let failure = Classification.failure(stderr: Array(message.utf8), exitCode: 128, isUpstream: true)
        #expect(failure.reason == .rejected && failure.message.hasPrefix("more than \(key) allows: "))
        #expect(Classification.reason(of: Array(message.utf8), isUpstream: false) == .disk)
        #expect(Classification.reason(of: Array("remote: \(message)".replacing("\n", with: "\nremote: ").utf8), isUpstream: true) == .rejected)
    }

    /// In a repository that is there. That git is killed says nothing of it.
    @Test(arguments: [
        (.exited(128), "fatal: something new under the sun", .corrupt), (.exited(128), "fatal: not a git repository: '/d'", .corrupt),
        (.exited(1), "", .corrupt), (.signalled(SIGSEGV), "", .corrupt), (.signalled(SIGKILL), "", .internal),
        (.exited(128), "fatal: write error: No space left on device", .disk), (.exited(0), "fatal: nothing", nil),
    ] as [(GitStatus, String, FailureReason?)])
    func whatNobodyKnowsThatGitSays_IsTheRepositorys(_ status: GitStatus, _ message: String, _ expected: FailureReason?) {
        let result = GitResult(status: status, output: [], errors: Array(message.utf8), isUpstream: false)
        var reason: FailureReason?
        do throws(Failure) { _ = try result.checkedInRepository() } catch { reason = error.reason }
        #expect(reason == expected)
    }

    @Test(arguments: [
        ("error: unknown object type 0 at offset 12 in /d/objects/pack/p.pack\nfatal: did not receive expected object 1", false),
        ("error: Could not read 1\nfatal: did not receive expected object 1", false),
        ("fatal: cannot read existing object info 1", false), ("fatal: object 1: expected type blob, found commit", false),
        ("fatal: offset beyond end of packfile (truncated pack?)", false),
        ("error: packfile /d/p.pack does not match index\nfatal: offset beyond end of pack index for /d/p.pack (truncated index?)", false),
        ("fatal: bad object 1\nremote: fatal: bad object 1", false),
        ("remote: fatal: bad object 1\nremote: aborting due to possible repository corruption on the remote side.\nfatal: early EOF", true),
        ("fatal: git upload-pack: aborting due to possible repository corruption on the remote side.\nfatal: protocol error: bad pack header", true),
        ("remote: fatal: missing blob 1", true),
        ("error: inflate: data stream error (incorrect data check)\nfatal: pack has bad object at offset 202: inflate returned -3\nfatal: index-pack failed", true),
        ("fatal: pack is corrupted (SHA1 mismatch)\nfatal: index-pack failed", true),
        ("error: inflate: data stream error (incorrect data check)\nerror: unable to unpack 1 header\nfatal: loose object 1 is corrupt", false),
    ])
    func corruption_IsTheUpstreams_WhereOnlyThatSaysSo(_ message: String, isOfUpstream: Bool) {
        let failure = Classification.failure(stderr: Array(message.utf8), exitCode: 128, isUpstream: true)
        #expect(failure.reason == .corrupt && failure.isOfUpstream == isOfUpstream)
    }

    @Test func crashOverWhatAnUpstreamSent_IsTheRepositorys() {
        func reason(_ signal: Int32, isUpstream: Bool) -> FailureReason? {
            do { _ = try GitResult(status: .signalled(signal), output: [], errors: [], isUpstream: isUpstream).checked() } catch { return error.reason }
            return nil
        }
        #expect(reason(SIGSEGV, isUpstream: true) == .rejected && reason(SIGSEGV, isUpstream: false) == .internal)
        #expect(reason(SIGKILL, isUpstream: true) == .internal)
    }
}
