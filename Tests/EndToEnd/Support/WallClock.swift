import Foundation

/// The wall clock of one process, stepped while it runs. libfaketime would do, but it shifts absolute timers of the monotonic clock
/// along (0.9.10, timerfd_settime), which no real step does.
final class WallClock {
    private let library: String
    private let offset: FileHandle
    private let offsetPath: String

    init(in directory: String) throws {
        library = directory + "/wallclock.so"
        offsetPath = directory + "/wallclock-offset"
        try Data(count: 8).write(to: URL(filePath: offsetPath))
        offset = try FileHandle(forUpdating: URL(filePath: offsetPath))
        let source = directory + "/wallclock.c"
        try Self.source.write(toFile: source, atomically: true, encoding: .utf8)
        try Shell().run("clang", "-shared", "-fPIC", "-O1", "-o", library, source)
    }

    /// For the process whose clock this is.
    var environment: [String: String] { ["LD_PRELOAD": library, "WALLCLOCK_OFFSET": offsetPath] }

    /// - Parameter seconds: ahead of the machine's clock; negative: behind it.
    func step(to seconds: Int64) throws {
        try offset.seek(toOffset: 0)
        try offset.write(contentsOf: withUnsafeBytes(of: seconds) { Data($0) })
    }

    private static let source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>

        static const volatile long long *offset;

        __attribute__((constructor)) static void map(void) {
            const char *path = getenv("WALLCLOCK_OFFSET");
            int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
            if (file < 0) return;
            void *page = mmap(0, 8, PROT_READ, MAP_SHARED, file, 0);
            if (page != MAP_FAILED) offset = page;
            close(file);
        }

        int clock_gettime(clockid_t clock, struct timespec *now) {
            int status = syscall(SYS_clock_gettime, clock, now);
            if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) && offset) now->tv_sec += *offset;
            return status;
        }

        int gettimeofday(struct timeval *now, void *zone) {
            int status = syscall(SYS_gettimeofday, now, zone);
            if (status == 0 && now && offset) now->tv_sec += *offset;
            return status;
        }

        time_t time(time_t *result) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (result) *result = now.tv_sec;
            return now.tv_sec;
        }

        """
}
