import Glibc
import Testing

@testable import HelioDaemon

struct ProcessStatusTests {
    private let fields = "S 1 1 1 0 -1 4194560 100 0 0 0 250 150 0 0 20 0 9 0 400 1048576 3 18446744073709551615"

    @Test(arguments: ["heliostat", "a b", "a) S 1 (b"]) func fields_AreFound_WhateverTheProcessIsCalled(_ name: String) throws {
        let status = try #require(ProcessStatus(stat: "42 (\(name)) \(fields)\n"))
        #expect(status.cpuSeconds == 4)
        #expect(status.virtualBytes == 1_048_576)
        #expect(status.residentBytes > 0 && status.residentBytes.isMultiple(of: 3))
    }

    @Test(arguments: ["", "42", "42 (x)", "42 (x) S 1 2 3", "42 (x) " + String(repeating: "y ", count: 40)])
    func damagedText_TellsNothing(_ text: String) {
        #expect(ProcessStatus(stat: text) == nil)
    }

    @Test func bootTime_IsTheFieldOfThatName() {
        #expect(ProcessStatus.bootTime("cpu 1 2\nctxt 3\nbtime 1700000000\nprocesses 4\n") == 1_700_000_000)
        #expect(ProcessStatus.bootTime("cpu 1 2\n") == nil)
    }

    @Test func thisProcess_IsSeen() throws {
        let status = try #require(ProcessStatus.read())
        #expect(status.residentBytes > 1 << 20)
        let descriptors = try #require(ProcessStatus.openDescriptors())
        #expect(descriptors > 2 && ProcessStatus.limit(RLIMIT_NOFILE) >= Double(descriptors))
        let start = try #require(ProcessStatus.startTime())
        let now = SystemClock.wall().inSeconds
        #expect(start > now - 7 * 24 * 3600 && start < now + 60)
    }

    @Test(arguments: [(10_000, 65_536, 10_000), (10_000, 4096, 3456), (10_000, 1024, 512), (10_000, 256, 128), (10_000, 64, 32), (16, 256, 16)])
    func connections_LeaveDescriptorsForTheRest(_ wanted: Int, _ descriptors: Int, _ possible: Int) {
        #expect(DescriptorLimit.connections(wanted, descriptors: descriptors) == possible)
    }
}
