import HelioNode
import Testing

@testable import HelioDaemon

/// A machine whose clock is set while the node looks at it every ten minutes. All times in hours.
struct TrustedClockTests {
    private static let hour: Int64 = 3_600_000
    private static let right: Int64 = 1_767_312_245_678

    private var now = Moment(monotonic: MonotonicTime(nanoseconds: 5_000_000_000), wall: WallTime(millisecondsSince1970: Self.right))
    private var clock: TrustedClock
    private var trusted = WallTime(millisecondsSince1970: Self.right)

    init() { clock = TrustedClock(now) }

    private mutating func pass(_ hours: Int64) {
        for _ in 0..<(6 * hours) {
            let wall = WallTime(millisecondsSince1970: now.wall.millisecondsSince1970 + Self.hour / 6)
            now = Moment(monotonic: now.monotonic + .seconds(600), wall: wall)
            trusted = clock.look(at: now)
        }
    }

    private mutating func set(by hours: Int64) {
        now = Moment(monotonic: now.monotonic, wall: WallTime(millisecondsSince1970: now.wall.millisecondsSince1970 + hours * Self.hour))
    }

    /// How far the clock is ahead of what is trusted.
    private var distrust: Int64 { (now.wall.millisecondsSince1970 - trusted.millisecondsSince1970) / Self.hour }

    @Test mutating func clockThatNobodySets_IsRight() {
        for _ in 0..<40 {
            pass(1)
            #expect(trusted == now.wall)
        }
    }

    @Test(arguments: [2, 9000, 500_000] as [Int64])
    mutating func clockSetForward_MakesNothingOld_UntilItHasStoodForADay(hours: Int64) {
        pass(5)
        set(by: hours)
        pass(1)
        #expect(distrust == hours)
        pass(22)
        #expect(distrust == hours)
        pass(2)
        #expect(trusted == now.wall)
        pass(1000)
        #expect(trusted == now.wall)
    }

    @Test mutating func machineThatStartsIn1970_IsRightADayAfterItsClock() {
        now = Moment(monotonic: now.monotonic, wall: WallTime(millisecondsSince1970: 0))
        clock = TrustedClock(now)
        pass(1)
        now = Moment(monotonic: now.monotonic, wall: WallTime(millisecondsSince1970: Self.right))
        pass(1)
        #expect(trusted.millisecondsSince1970 == 2 * Self.hour)
        pass(24)
        #expect(trusted == now.wall)
    }

    @Test mutating func clockSetForward_IsDistrustedFromAnew_WheneverItIsSetAgain() {
        set(by: 1000)
        pass(20)
        set(by: 1000)
        pass(20)
        #expect(distrust == 2000)
        set(by: -2000)
        pass(1)
        #expect(trusted == now.wall)
        set(by: 2000)
        pass(20)
        #expect(distrust == 2000)
        pass(5)
        #expect(trusted == now.wall)
    }

    @Test mutating func machineThatSlept_HasAClockThatNobodyHasSet() {
        set(by: 9000)
        pass(1)
        now = Moment(
            monotonic: now.monotonic + .seconds(30 * 3600), wall: WallTime(millisecondsSince1970: now.wall.millisecondsSince1970 + 30 * Self.hour))
        trusted = clock.look(at: now)
        #expect(distrust == 9000)
        pass(23)
        #expect(distrust == 9000)
        pass(2)
        #expect(trusted == now.wall)
    }

    @Test mutating func clockSetBack_IsRightAtOnce() {
        pass(5)
        set(by: -9000)
        pass(1)
        #expect(trusted == now.wall)
        // It was wrong, and is right again.
        set(by: 9000)
        pass(1)
        #expect(trusted == now.wall)
        set(by: -9000)
        pass(25)
        #expect(trusted == now.wall)
        // By now it is the one that is right.
        set(by: 9000)
        pass(1)
        #expect(distrust == 9000)
    }

    /// A leap second, and a time server that makes good what a clock lacks.
    @Test mutating func smallSteps_AreNone() {
        set(by: 1000)
        for _ in 0..<25 {
            pass(1)
            now = Moment(monotonic: now.monotonic, wall: WallTime(millisecondsSince1970: now.wall.millisecondsSince1970 + 1000))
        }
        trusted = clock.look(at: now)
        #expect(distrust == 0)
    }
}
