import HelioNode

/// The text of the configuration that stands in for the user's (`GIT_CONFIG_GLOBAL`). It reaches `upload-pack` too, which
/// values given by `-c` do not.
enum GitConfigFile {
    /// Flaws of commits, tags and trees written by old programs that real histories are full of and that cannot hurt a bare
    /// repository. What protects those who check out (`.git` in trees, `.gitmodules`, symlinks) stays an error.
    /// Names: git's documentation of `fsck.<msg-id>`.
    static let harmlessFlaws = [
        "zeroPaddedFilemode", "badTimezone", "missingSpaceBeforeDate", "missingNameBeforeEmail", "missingSpaceBeforeEmail",
        "missingEmail", "badEmail", "badName", "badDate", "badDateOverflow", "zeroPaddedDate", "missingTaggerEntry",
        "badTagName", "badFilemode", "multipleAuthors", "nulInCommit",
    ]

    /// What upstreams may be reached by; everything else (`ext::` above all) is refused by git itself too.
    static let protocols = ["file", "git", "http", "https", "ssh"]

    static func text(_ configuration: GitConfiguration) throws(Failure) -> String {
        // A change is marked done, and told, when its refs have moved: a power cut must not take them back. git flushes objects only,
        // unless it is told to; what is named here comes to that (git-config(1), core.fsync).
        var lines = [
            "[core]", "hooksPath = /dev/null", "fsync = reference", "fsyncMethod = batch", "alternateRefsCommand = :", "[gc]", "auto = 0",
            "[maintenance]", "auto = false", "[advice]", "detachedHead = false", "[credential]", "helper =", "[safe]",
            "bareRepository = explicit", "[submodule]", "recurse = false", "[transfer]", "bundleURI = false",
            "credentialsInUrl = die", "[protocol]", "allow = never",
        ]
        for name in protocols { lines += ["[protocol \"\(name)\"]", "allow = always"] }
        lines += ["[fetch]", "fsckObjects = true", "recurseSubmodules = false", "writeCommitGraph = false"]
        lines += ["[fetch \"fsck\"]"]
        for flaw in harmlessFlaws + configuration.fsckIgnore { lines.append("\(try checkedFlaw(flaw)) = ignore") }
        lines += try http(configuration)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func http(_ configuration: GitConfiguration) throws(Failure) -> [String] {
        let patience = max(1, configuration.noProgress.components.seconds)
        var lines = ["[http]", "followRedirects = false", "lowSpeedLimit = 1", "lowSpeedTime = \(patience)"]
        if let caFile = configuration.caFile { lines.append("sslCAInfo = \(try quoted(caFile))") }
        if let proxy = configuration.proxy { lines.append("proxy = \(try quoted(proxy))") }
        return lines
    }

    /// `safe.directory` for one upstream directory, which usually belongs to another user, on top of the common file.
    static func trusting(_ path: String, common: String) throws(Failure) -> String {
        "[include]\npath = \(try quoted(common))\n[safe]\ndirectory = \(try quoted(path))\n"
    }

    private static func checkedFlaw(_ flaw: String) throws(Failure) -> String {
        let isName = !flaw.isEmpty && flaw.utf8.allSatisfy { (0x41...0x5A).contains($0 & ~0x20) }
        guard isName else { throw Failure(.rejected, "sync.fsck_ignore: \(GitMessage.escaped(flaw)) is no fsck message id") }
        return flaw
    }

    static func quoted(_ value: String) throws(Failure) -> String {
        guard !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw Failure(.rejected, "a control character in \(GitMessage.escaped(value))")
        }
        var text = "\""
        for character in value.unicodeScalars {
            if character == "\"" || character == "\\" { text.append("\\") }
            text.unicodeScalars.append(character)
        }
        return text + "\""
    }
}
