import Foundation
import HelioMetrics
import Synchronization
import TestSupport
import Testing

private let openMetrics = "Accept: application/openmetrics-text;version=1.0.0"

/// While one rendering is held up, many ask: the next serves all of one format, and one more all of the other.
@Test func scrapes_ShareARendering_WhenTheyWaitForTheSame() async throws {
    try await LiveNode.run { node async throws in
        let (renderings, gate) = (Tally(), DispatchSemaphore(value: 0))
        node.refresh.withLock { $0 = { if renderings.add() == 1 { gate.wait() } } }
        try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { try await node.fetch("GET", "/metrics").status }
            try await eventually("the first rendering has begun") { renderings.count == 1 }
            for index in 0..<60 {
                group.addTask { try await node.fetch("GET", "/metrics", headers: index % 2 == 0 ? [openMetrics] : []).status }
            }
            try await eventually("sixty wait behind it") { node.connections == 61 }
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
            $0 = {
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
                            for _ in 0..<64 where try node.tcp("GET", "/metrics", headers: headers).status == 200 {
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
                times.append(try ContinuousClock().measure { _ = try node.tcp("GET", "/livez") })
                Pace.block(milliseconds: 2)
            }
            return times.sorted()
        }
        try await storm.value
        #expect(scrapes.count == 4096)
        #expect(renderings.count < 1024)
        #expect(times.count > 100)
        #expect(times[times.count / 2] < .milliseconds(10), "half of the answers took longer")
        #expect(times[times.count * 95 / 100] < .milliseconds(100), "one of twenty took longer")
    }
}

private func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}

private final class Tally: Sendable {
    private let total = Mutex(0)

    var count: Int { total.withLock { $0 } }

    @discardableResult
    func add() -> Int {
        total.withLock { total in
            total += 1
            return total
        }
    }
}
