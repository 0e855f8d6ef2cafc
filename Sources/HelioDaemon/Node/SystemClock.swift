import Glibc
public import HelioNode

/// The machine's two clocks. Schedules and durations take the monotonic one; the wall clock may be stepped at any time.
public enum SystemClock {
    public static func now() -> Moment { Moment(monotonic: monotonic(), wall: wall()) }

    /// With the time that the machine was suspended: a lease, or a view of the farm, does not stay young in its sleep.
    public static func monotonic() -> MonotonicTime {
        MonotonicTime(nanoseconds: now(CLOCK_BOOTTIME))
    }

    public static func wall() -> WallTime {
        WallTime(millisecondsSince1970: now(CLOCK_REALTIME) / 1_000_000)
    }

    /// Nanoseconds of any of the kernel's clocks.
    static func now(_ clock: clockid_t) -> Int64 {
        let time = read(clock)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        let status = clock_gettime(clock, &time)
        precondition(status == 0, "clock \(clock) cannot be read")
        return time
    }
}
