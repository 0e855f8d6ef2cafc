import Subprocess
import SystemPackage

/// What is executed: git itself, or, where it reads what an upstream sends, a shell that takes limits on and then becomes git.
///
/// A delta of ten kilobytes can stand for an object of as many gigabytes as it says, and neither an advertisement nor a pack has to
/// end: neither `fetch` nor the protocol knows a limit, so the kernel has to have one. swift-subprocess has no hook between fork and
/// exec on Linux, and a limit set from outside could come after git has started the process that it is for.
struct Launch {
    let executable: Executable
    let arguments: [String]

    /// dash's units: `-d` in KiB, `-f` in blocks of 512 bytes. A limit above one that we are under ourselves is refused, and that one
    /// stays. With XFSZ ignored git hears of its limit as an error and tidies up, instead of being killed.
    private static let script = """
        { ulimit -c 0; ulimit -d "$1"; ulimit -f "$2"; } 2>/dev/null; shift 2; trap '' XFSZ; exec "$@"
        """

    /// - Parameter program: where git is; nil when it is not to be found, which the attempt to run it will tell.
    init(_ program: String?, _ command: GitCommand, _ configuration: GitConfiguration) {
        guard let program, command.source != nil else {
            executable = program.map { .path(FilePath($0)) } ?? .name(configuration.program)
            arguments = command.arguments
            return
        }
        executable = .path("/bin/sh")
        arguments =
            ["-c", Self.script, "git", "\(configuration.maxMemory >> 10)", "\(configuration.maxPack >> 9)", program] + command.arguments
    }
}
