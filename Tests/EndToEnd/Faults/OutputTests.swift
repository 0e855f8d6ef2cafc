import Foundation
import TestSupport
import Testing

extension Faults {
    /// Nobody reads what the node writes, or it is stopped by its operator for a while.
    @Suite struct Output {
        let directory: TemporaryDirectory
        let upstream: UpstreamFixture
        let node: NodeFixture

        init() throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
            try upstream.create("P/a")
            node = try NodeFixture(in: directory.path, upstream: upstream.path, extra: "log: { level: trace }")
        }

        private func expectWork(_ message: String) async throws {
            try upstream.commit("P/a", message: message)
            try node.notify("P/a")
            try await node.waitForMirror(["P/a"], of: upstream)
            #expect(node.status()?.code == 200)
        }

        @Test func node_GoesOn_WithoutStandardStreams() async throws {
            try node.start(wrapper: ["sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh"])
            try await node.waitForState("SYNCHRONIZED")
            try await expectWork("nobody listens")
            for number in 0...2 {
                let target = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(node.processID)/fd/\(number)")
                #expect(target == "/dev/null", "descriptor \(number) is \(target): log lines would go there")
            }
            #expect(try await { node.signal(SIGTERM); return try await node.exit() }() == 0)
            try node.expectCleanDisk(["P/a"])
        }

        @Test(arguments: [false, true])
        func node_GoesOn_WithAFullPipe(nonBlocking: Bool) async throws {
            let pipe = directory.path + "/pipe"
            try Shell().run("mkfifo", pipe)
            let end = open(pipe, O_RDWR | (nonBlocking ? O_NONBLOCK : 0))
            let handle = FileHandle(fileDescriptor: end, closeOnDealloc: true)
            try node.start(errors: handle)
            try await node.waitForState("SYNCHRONIZED")
            // To the last byte, so that the next line does not fit; through an opening of its own, which does not block.
            let filler = open(pipe, O_WRONLY | O_NONBLOCK)
            defer { close(filler) }
            while write(filler, "x", 1) == 1 {}
            try await expectWork("nobody reads")
            let (before, since) = (node.processorSeconds, ContinuousClock.now)
            try await eventually("two seconds have passed") { ContinuousClock.now - since > .seconds(2) }
            #expect(node.processorSeconds - before < 0.15, "a full pipe costs \(node.processorSeconds - before) s of processor in 2 s")
            node.signal(SIGTERM)
            #expect(try await node.exit(within: 10) == 0)
        }

        @Test func node_GoesOn_AfterSIGSTOPAndSIGCONT() async throws {
            try node.start()
            try await node.waitForState("SYNCHRONIZED")
            let waiting = try RawClient(port: node.port)
            node.suspend()
            let since = ContinuousClock.now
            try waiting.send(RawClient.request("/status"))
            try await eventually("four seconds have passed") { ContinuousClock.now - since > .seconds(4) }
            node.signal(SIGCONT)
            #expect(try waiting.receiveAnswer().code == 200)
            try await expectWork("awake again")
            #expect(try await node.end() == 0)
        }
    }
}
