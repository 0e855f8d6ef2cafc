/// The program that git and ssh ask for a user name and a password. It gets the question as its argument, the user name and
/// the *path* of the token file by environment; the token itself only ever passes through its output.
enum Askpass {
    static let usernameVariable = "HELIOSTAT_ASKPASS_USERNAME"
    static let fileVariable = "HELIOSTAT_ASKPASS_FILE"

    static let script = """
        #!/bin/sh
        # Answers git's questions: the user name from the environment, the secret from the first line of a file.
        case "$1" in
        Username*) printf '%s\\n' "$HELIOSTAT_ASKPASS_USERNAME" ;;
        Password*)
            IFS= read -r secret < "$HELIOSTAT_ASKPASS_FILE" || [ -n "$secret" ] || exit 1
            printf '%s\\n' "${secret%"$(printf '\\r')"}" ;;
        *) exit 1 ;;
        esac

        """
}
