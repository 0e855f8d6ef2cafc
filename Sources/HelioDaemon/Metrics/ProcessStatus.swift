import Glibc

/// What the kernel tells of this process (proc(5)).
struct ProcessStatus: Sendable {
    let cpuSeconds: Double
    let virtualBytes: Int
    let residentBytes: Int
    /// In clock ticks since the machine started.
    private let startTicks: Double

    private static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    private static let pageBytes = sysconf(Int32(_SC_PAGESIZE))

    /// Fields are counted from the state on, after the name in parentheses, which may hold anything.
    /// - Parameter stat: the text of `/proc/self/stat`.
    init?(stat: String) {
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]), let start = Double(fields[19]),
            let virtual = Int(fields[20]), let pages = Int(fields[21])
        else { return nil }
        cpuSeconds = (user + system) / Self.ticksPerSecond
        virtualBytes = virtual
        residentBytes = pages * Self.pageBytes
        startTicks = start
    }

    static func read() -> ProcessStatus? { text("/proc/self/stat").flatMap { ProcessStatus(stat: $0) } }

    /// Since 1970: when the machine started, and how long after that the process did. Asked once, because the machine's start
    /// moves when its clock is set.
    static func startTime() -> Double? {
        guard let status = read(), let boot = text("/proc/stat").flatMap(bootTime) else { return nil }
        return boot + status.startTicks / ticksPerSecond
    }

    static func bootTime(_ stat: String) -> Double? {
        let line = stat.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst(6)) }
    }

    /// - Returns: all that may be open when there is none left to look with; nil when they cannot be counted.
    static func openDescriptors() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return errno == EMFILE ? Int(limit(RLIMIT_NOFILE)) : nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        return count - 3  // itself, `.` and `..`
    }

    /// - Returns: 2^64 when there is none, as everybody's client libraries tell it.
    static func limit(_ resource: __rlimit_resource) -> Double {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return 0 }
        return Double(limit.rlim_cur)
    }

    private static func text(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Glibc.read(file, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
