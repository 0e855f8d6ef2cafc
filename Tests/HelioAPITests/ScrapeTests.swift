import Foundation
@testable import HelioAPI
import HelioMetrics
import Synchronization
import TestSupport
import Testing

private let openMetrics = "Accept: application/openmetrics-text;version=1.0.0"

/// One after the other: some hold up a thread of the cooperative pool, which has as few as the machine has processors.
@Suite(.serialized, .ownThreads) struct ScrapeTests {
    /// While one rendering is held up, many ask: the next serves all of one format, and one more all of the other.
    @Test func scrapes_ShareARendering_WhenTheyWaitForTheSame() async throws {
        try await LiveNode.run { node async throws in
            let (renderings, gate) = (Tally(), DispatchSemaphore(value: 0))
            node.refresh.withLock { $0 = .init { if renderings.add() == 1 { gate.waitAWhile() } } }
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await node.tcp("GET", "/metrics").status }
                try await eventually("the first rendering has begun") { renderings.count == 1 }
                for index in 0..<60 {
                    group.addTask { try await node.tcp("GET", "/metrics", headers: index % 2 == 0 ? [openMetrics] : []).status }
                }
                try await eventually("sixty wait behind it") { node.metrics.line.waiting == 60 }
                gate.signal()
                for try await status in group { #expect(status == 200) }
            }
            #expect(renderings.count == 3)
        }
    }

    /// Four thousand scrapes of a node whose every rendering takes 20 ms. Somebody who asks for its health on the same loop does not
    /// notice; were the metrics rendered there, each question would wait for dozens of them.
    @Test func scrapes_LeaveTheLoopFree_WhenThereIsAStorm() async throws {
        try await LiveNode.run { node async throws in
            let (renderings, scrapes) = (Tally(), Tally())
            node.refresh.withLock {
                $0 = .init {
                    renderings.add()
                    Pace.block(milliseconds: 20)
                }
            }
            let storm = Task {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for client in 0..<64 {
                        let headers = client % 2 == 0 ? [openMetrics, "Accept-Encoding: gzip"] : []
                        group.addTask {
                            try await onThread {
                                for _ in 0..<64 where try node.blockingTCP("GET", "/metrics", headers: headers).status == 200 {
                                    scrapes.add()
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            try await eventually("the storm has begun") { renderings.count > 0 }
            let times = try await onThread {
                var times: [Duration] = []
                while scrapes.count < 4096, times.count < 10_000 {
                    times.append(try ContinuousClock().measure { _ = try node.blockingTCP("GET", "/livez") })
                    Pace.block(milliseconds: 2)
                }
                return times.sorted()
            }
            try await storm.value
            #expect(scrapes.count == 4096)
            #expect(renderings.count < 1024)
            #expect(times.count > 100)
            #expect(times[times.count / 2] < .milliseconds(10 * Patience.factor), "half of the answers took longer")
            #expect(times[times.count * 95 / 100] < .milliseconds(100 * Patience.factor), "one of twenty took longer")
        }
    }

    /// The clock of the metrics hangs. Who waits for it does not keep others from the loop.
    @Test(arguments: ["/metrics", "/jolokia/read/*:*"])
    func scrape_LeavesTheLoopFree_WhenItHangs(target: String) async throws {
        try await LiveNode.run { node async throws in
            _ = node.registry.timer("farm.vet", at: Tick(nanoseconds: 0))
            let client = try RawSocket(port: node.port)
            let free = try await holdClock(of: node)
            try await client.send("GET \(target) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let time = try await ContinuousClock().measure {
                try await eventually("the scrape is under way") { node.connections == 1 }
                _ = try await node.tcp("GET", "/livez")
            }
            #expect(time < .seconds(15), "the loop hung as well")
            free.signal()
            #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 200 "))
        }
    }

    /// It answers one at a time, and this one hangs. A request that comes behind as many as may wait is turned away at once.
    @Test(arguments: [("GET", nil), ("POST", #"{"type":"version"}"#)] as [(String, String?)])
    func jolokia_Answers503_WhenTooManyWait(method: String, body: String?) async throws {
        try await LiveNode.run { node async throws in
            let free = try await holdClock(of: node)
            let clients = try (0..<RenderingLine.limit).map { _ in try RawSocket(port: node.port) }
            for client in clients { try await client.send("GET /jolokia HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n") }
            try await eventually("all wait") { node.connections == RenderingLine.limit }
            let refused = try await node.tcp(method, "/jolokia", body: body)
            #expect(refused.status == 503 && refused["Retry-After"] == "1")
            free.signal()
            for client in clients { #expect(try await client.receiveAll(within: 20).hasPrefix("HTTP/1.1 200 ")) }
            #expect(try await node.tcp(method, "/jolokia", body: body).status == 200)
        }
    }

    /// Has whoever asks the clock of the metrics wait.
    /// - Returns: what ends that.
    private func holdClock(of node: LiveNode) async throws -> DispatchSemaphore {
        let (hangs, free) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        Thread.detachNewThread {
            node.tick.withLock { _ in
                hangs.signal()
                free.waitAWhile()
            }
        }
        try await onThread { hangs.waitAWhile() }
        return free
    }

    /// Forty readers of five megabytes, none of whom reads.
    @Test func scrapes_ShareTheirBytes_WhenReadersAreSlow() async throws {
        try await LiveNode.run { node async throws in
            let counters = node.registry.counters("heliostat_things_total", "Things.", by: ["thing"], limit: 100_000)
            for index in 0..<20_000 { counters.child([String(repeating: "x", count: 200) + "\(index)"])?.add() }
            let readers = try (0..<40).map { _ in try RawSocket(port: node.port, receiveBuffer: 4096) }
            for reader in readers { try await reader.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n") }
            for reader in readers { #expect(try await reader.receive(atMost: 1, within: 30)?.isEmpty == false) }
            let unsent = await node.unsent
            #expect(unsent < 40 * 256 * 1024, "\(unsent) bytes wait")
        }
    }
}

private final class Tally: Sendable {
    private let total = Atomic(0)

    var count: Int { total.load(ordering: .relaxed) }

    @discardableResult
    func add() -> Int { total.wrappingAdd(1, ordering: .relaxed).newValue }
}

extension DispatchSemaphore {
    /// Bounded: what holds up the only thread of a pool also holds up who would signal.
    fileprivate func waitAWhile() { _ = wait(timeout: .now() + 20) }
}
