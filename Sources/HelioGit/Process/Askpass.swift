/// The program that git and ssh ask for a user name and a password. It gets the question as its argument, the user name, the host
/// and the *path* of the token file by environment; the token itself only ever passes through its output, and only for that host.
enum Askpass {
    static let usernameVariable = "HELIOSTAT_ASKPASS_USERNAME"
    static let fileVariable = "HELIOSTAT_ASKPASS_FILE"
    static let hostVariable = "HELIOSTAT_ASKPASS_HOST"
    static let encodedHostVariable = "HELIOSTAT_ASKPASS_ENCODED_HOST"

    static let script = """
        #!/bin/sh
        # Answers git's questions: the user name from the environment, the secret from the first line of a file. Nobody but the
        # upstream gets that: git asks for a proxy and for a certificate in the same words, "Password for 'https://user@host': ".
        case "$1" in
        Username*) printf '%s\\n' "$HELIOSTAT_ASKPASS_USERNAME" ;;
        Password*"@$HELIOSTAT_ASKPASS_HOST': " | Password*"@$HELIOSTAT_ASKPASS_ENCODED_HOST': ")
            IFS= read -r secret < "$HELIOSTAT_ASKPASS_FILE" || [ -n "$secret" ] || exit 1
            printf '%s\\n' "${secret%"$(printf '\\r')"}" ;;
        *) exit 1 ;;
        esac

        """

    /// With its port, as it stands in a URL without user information; what git's question ends with.
    static func host(of url: String) -> String {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count > 2 ? String(parts[2]) : ""
    }

    /// A git that is mended of CVE-2024-50349 encodes in its question what is neither a letter, a digit nor one of `-.:[]`. Of what the
    /// host of an upstream may hold, that is `_`.
    static func encoded(_ host: String) -> String { host.replacing("_", with: "%5F") }
}
