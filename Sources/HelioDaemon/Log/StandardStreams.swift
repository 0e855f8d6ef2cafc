import Glibc

/// A process may be started with its standard streams closed. The first files that it opens, a database or a socket among them,
/// would then get their numbers, and whatever is meant for standard error would be written into them.
public enum StandardStreams {
    /// Puts `/dev/null` in the place of those that are closed; to be called before any file is opened, and so before the first task.
    public static func complete() {
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
            // open(2) takes the lowest free number, which is this one.
            _ = open("/dev/null", stream == STDIN_FILENO ? O_RDONLY : O_WRONLY)
        }
    }
}
