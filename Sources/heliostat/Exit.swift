internal import ArgumentParser
internal import Glibc
internal import HelioDaemon

/// Ends of a command: the message goes to stderr, the code to the shell.
enum Exit {
    static func failed(_ message: String) -> ExitCode {
        Output.error("heliostat: \(message)")
        return ExitCode(1)
    }

    /// 78 is `EX_CONFIG` of sysexits.h.
    static func configuration(_ error: ConfigurationError) -> ExitCode {
        Output.error(error.description)
        return ExitCode(78)
    }
}

/// stdout and stderr, unbuffered: what is printed is there when the process is killed.
enum Output {
    static func line(_ text: String) throws { try bytes(Array((text + "\n").utf8)) }

    static func error(_ text: String) {
        // When stderr cannot be written either, the exit code is all that is left to say.
        try? write(Array((text + "\n").utf8), to: STDERR_FILENO)
    }

    /// Writes everything; a reader that goes away ends the command as it ends `cat`.
    static func bytes(_ bytes: borrowing [UInt8]) throws { try write(copy bytes, to: STDOUT_FILENO) }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                if descriptor == STDOUT_FILENO { throw Exit.failed("cannot write: \(String(cString: strerror(errno)))") }
                throw ExitCode(1)
            }
        }
    }

    /// A terminal that shows colours; NO_COLOR (no-color.org) and TERM=dumb are respected.
    static var hasColour: Bool {
        guard isTerminal, getenv("NO_COLOR").map({ $0.pointee == 0 }) ?? true else { return false }
        return getenv("TERM").map { String(cString: $0) != "dumb" } ?? false
    }

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Somebody sees what is said on stderr while it is said.
    static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

    /// Columns of the terminal; nil when stdout is none.
    static var width: Int? { size.map { Int($0.ws_col) } }

    /// Lines of the terminal; nil when stdout is none.
    static var height: Int? { size.flatMap { $0.ws_row > 0 ? Int($0.ws_row) : nil } }

    private static var size: winsize? {
        var size = winsize()
        guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return size
    }
}
