import Foundation
import TestSupport
import Testing

extension Metrics {
    /// More scrapes than anybody needs, while there is most to do.
    @Suite struct Storm {
        private static let scrapers = 32
        private static let scrapes = 10_000

        @Test func node_StaysQuickAndWhole_UnderTenThousandScrapes() async throws {
            let names = (0..<20).map { "P/r\($0)" }
            let scene = try Scene(names, extra: "sync: { interval: 1s }")
            try await scene.synchronized()
            let resting = try scene.node.residentBytes()
            let watch = Alongside { try Self.pushAndWatch(scene, names, while: $0) }
            let whole = try await Self.scrape(scene.node.port)
            let seen = try await watch.end()
            #expect(whole == Self.scrapes, "every scrape was answered to its end")
            #expect(seen.waits.count > 50, "too few pushes for a storm")
            // Of the slowest one the machine may be to blame; a rendering on the loop would show in most.
            let quick = try #require(seen.waits.sorted().dropLast(seen.waits.count / 100 + 1).last)
            #expect(quick < .milliseconds(250), "99 of 100 answers of /status came within \(quick)")
            #expect(Patience.allows(seen.highest - resting, below: 64 << 20), "it grew from \(resting) to \(seen.highest) bytes")
            try await scene.node.waitForMirror(names, of: scene.upstream)
            let metrics = try scene.node.metrics()
            #expect(try metrics.value("heliostat_http_requests_total", ["route": "/metrics", "code": "200"]) >= Double(Self.scrapes))
        }

        private static func pushAndWatch(
            _ scene: Scene, _ names: [String], while goesOn: () -> Bool
        ) throws -> (waits: [Duration], highest: Int) {
            var pushes = 0, waits: [Duration] = [], highest = 0
            while goesOn() {
                try scene.upstream.commit(names[pushes % names.count], message: "push \(pushes)")
                pushes += 1
                let asked = ContinuousClock.now
                #expect(scene.node.status()?.code == 200)
                waits.append(ContinuousClock.now - asked)
                highest = max(highest, try scene.node.residentBytes())
            }
            return (waits, highest)
        }

        /// - Returns: how many answers were whole.
        private static func scrape(_ port: Int) async throws -> Int {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<scrapers {
                    let share = scrapes / scrapers + (number < scrapes % scrapers ? 1 : 0)
                    group.addTask { try await Scraper(port, number).scrape(share) }
                }
                return try await group.reduce(0, +)
            }
        }
    }

    /// One connection that asks again and again, in one of four variants.
    private struct Scraper {
        private let socket: RawSocket
        private let request: String

        init(_ port: Int, _ number: Int) throws {
            socket = try RawSocket(port: UInt16(port))
            let accept = number % 2 == 0 ? "text/plain" : "application/openmetrics-text;version=1.0.0"
            let encoding = number % 4 < 2 ? "gzip" : "identity"
            request = "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: \(accept)\r\nAccept-Encoding: \(encoding)\r\n\r\n"
        }

        /// - Returns: how many answers were whole; fewer than `count` when the connection broke.
        func scrape(_ count: Int) async throws -> Int {
            for number in 0..<count {
                try await socket.send(request)
                guard try await receivedWhole() else { return number }
            }
            return count
        }

        private func receivedWhole() async throws -> Bool {
            var received: [UInt8] = []
            var ending: Ending?
            while true {
                guard let bytes = try await socket.receive(within: 60), !bytes.isEmpty else { return false }
                received += bytes
                if ending == nil, let end = received.prefix(2048).firstRange(of: Array("\r\n\r\n".utf8)) {
                    let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
                    guard head.hasPrefix("HTTP/1.1 200 ") else { return false }
                    ending = Ending(head, bodyAt: end.upperBound)
                }
                if ending?.isReached(by: received) == true { return true }
            }
        }

        /// Where an answer ends: after so many bytes, or with the last chunk.
        private enum Ending {
            case length(Int)
            case lastChunk

            init(_ head: String, bodyAt start: Int) {
                let length = head.firstMatch(of: #/Content-Length: (\d+)/#).flatMap { Int($0.output.1) }
                self = length.map { .length(start + $0) } ?? .lastChunk
            }

            func isReached(by received: [UInt8]) -> Bool {
                switch self {
                case .length(let total): received.count >= total
                case .lastChunk: received.suffix(7).elementsEqual("\r\n0\r\n\r\n".utf8)
                }
            }
        }
    }
}

extension NodeFixture {
    func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(processID)/statm", encoding: .utf8)
        return (Int(text.split(separator: " ")[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    }
}
