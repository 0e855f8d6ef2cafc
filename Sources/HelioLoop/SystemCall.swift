import CLibevent
import Glibc

/// The system's words for an `errno`.
func describe(errno code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: text, as: UTF8.self)
}

/// The monotonic clock in nanoseconds. The same origin as libevent's timers, so a stepped wall clock moves neither.
func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}

func setOption(_ socket: Int32, _ level: Int32, _ name: Int32, _ value: Int32) throws(LoopError) {
    var value = value
    guard setsockopt(socket, level, name, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
        throw .system(call: "setsockopt", code: errno)
    }
}

extension Duration {
    /// For libevent; negative durations are zero, and it saturates at about 68 years.
    var timeInterval: timeval {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return timeval(tv_sec: 0, tv_usec: 0) }
        return timeval(tv_sec: Int(min(seconds, Int64(Int32.max))), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
