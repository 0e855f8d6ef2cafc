import HelioNode

extension Git {
    /// The whole environment of a child: built, never inherited, so that no `GIT_*`, `LD_PRELOAD`, proxy or locale of ours
    /// reaches it.
    func environment(for source: FetchSource?, config: String) throws(Failure) -> [String: String] {
        var values = [
            "PATH": configuration.path, "HOME": layout.home, "XDG_CONFIG_HOME": layout.home, "LC_ALL": "C", "TZ": "UTC",
            "TMPDIR": layout.home, NodeMarker.variable: marker, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": config,
            "GIT_ATTR_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1", "GIT_PROTOCOL_FROM_USER": "0", "GIT_CEILING_DIRECTORIES": layout.data,
            "GIT_ASKPASS": layout.askpass, "SSH_ASKPASS": layout.askpass, "SSH_ASKPASS_REQUIRE": "force",
            "GIT_ALLOW_PROTOCOL": source?.scheme ?? "none", "GIT_SSH_VARIANT": "ssh",
        ]
        if source?.scheme == "ssh" { values["GIT_SSH_COMMAND"] = try sshCommand() }
        if let source, let credentials = source.credentials {
            let host = Askpass.host(of: source.location)
            values[Askpass.hostVariable] = host
            values[Askpass.encodedHostVariable] = Askpass.encoded(host)
            values[Askpass.usernameVariable] = credentials.username
            values[Askpass.fileVariable] = try Files.absolute(credentials.tokenFile)
        }
        return values
    }

    /// Batch mode: never a question. Strict: a host that is not in the file given is refused, and none is added.
    private func sshCommand() throws(Failure) -> String {
        var words = [
            "ssh", "-F", "none", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes", "-oConnectTimeout=30",
            "-oServerAliveInterval=15", "-oForwardAgent=no", "-oClearAllForwardings=yes", "-oControlMaster=no",
            "-oGlobalKnownHostsFile=/dev/null",
        ]
        if let ssh = configuration.ssh {
            words += ["-oIdentitiesOnly=yes", "-i", try Files.absolute(ssh.keyFile)]
            words.append("-oUserKnownHostsFile=\"\(try Files.absolute(ssh.knownHostsFile))\"")
        }
        return words.map(Self.shellQuoted).joined(separator: " ")
    }

    private static func shellQuoted(_ word: String) -> String {
        var text = "'"
        for character in word.unicodeScalars {
            if character == "'" { text += "'\\''" } else { text.unicodeScalars.append(character) }
        }
        return text + "'"
    }
}
