import Glibc
import HelioNode

/// What an HTTP host answered to git, for the one thing that git reads and does not show: `Retry-After`. git appends its trace of headers to
/// a file, which is read only after a refusal and removed with the run; of a node that was killed, by the next start. git redacts our
/// credentials in it, but not the host's cookies, so it is for its owner alone.
struct ResponseTrace: Sendable {
    /// Of the trace, from its end: the last answer is what matters.
    private static let readBytes = 64 * 1024

    private let path: String?

    init(of source: FetchSource?, layout: DataLayout) async {
        guard let scheme = source?.scheme, scheme == "http" || scheme == "https" else {
            path = nil
            return
        }
        let path = layout.upstreamConfigs + "/trace-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        do throws(Failure) {
            try await DiskThreads.shared.runOwn { () throws(Failure) in
                try Files.write(path, [], mode: 0o600, exclusive: true, durable: false)
            }
            self.path = path
        } catch {
            self.path = nil  // the run does without
        }
    }

    /// To be called when the run is over.
    func remove() async {
        guard let path else { return }
        // A disk that hangs keeps it until the next start sweeps it.
        _ = try? await DiskThreads.shared.runOwn { unlink(path) }
    }

    /// git-config(1), `GIT_TRACE_CURL`; without the data, which would be the pack.
    var environment: [String: String] { path.map { ["GIT_TRACE_CURL": $0, "GIT_TRACE_CURL_NO_DATA": "1"] } ?? [:] }

    /// - Returns: what the last answer asked for; nil when it asked for nothing, or there is no trace.
    func retryAfter() async -> Duration? {
        // A disk that hangs tells nothing.
        guard let path, let trace = try? await DiskThreads.shared.runOwn({ Self.end(of: path) }) else { return nil }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Self.retryAfter(in: trace, now: WallTime(millisecondsSince1970: Int64(now.tv_sec) * 1000))
    }

    static func retryAfter(in trace: [UInt8], now: WallTime) -> Duration? {
        let mark = Array("<= Recv header: ".utf8)
        var value: String?
        for line in trace.split(separator: UInt8(ascii: "\n")) {
            guard let start = line.firstRange(of: mark)?.upperBound else { continue }
            let header = String(decoding: line[start...], as: UTF8.self)
            if header.utf8.starts(with: "HTTP/".utf8) { value = nil }
            let parts = header.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            guard parts.count == 2, String(decoding: parts[0], as: UTF8.self).lowercased() == "retry-after" else { continue }
            value = String(decoding: parts[1], as: UTF8.self)
        }
        return value.flatMap { RetryAfter.delay($0.filter { $0 != "\r" }, now: now) }
    }

    private static func end(of path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        let start = max(0, lseek(descriptor, 0, SEEK_END) - off_t(readBytes))
        var bytes = [UInt8](repeating: 0, count: readBytes)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, start) }
        return Array(bytes.prefix(max(0, count)))
    }
}
