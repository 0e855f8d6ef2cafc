import Foundation
@testable import HelioHTTP
import HelioLoop
import Synchronization
import TestSupport
import Testing

/// Bodies of which parts lie in a file, plain and under TLS.
@Suite struct RangeBodyTests {
    private static let size = 3_000_000

    /// Bytes and ranges in turns, or one of them alone; what is sent is the alphabet again and again.
    private final class Mixed: BodyProducer {
        private struct State {
            var steps: [(bytes: Int, range: Int)]
            var position = 0
            var range: FileRange?
        }

        private let state: Mutex<State>
        private let file: MemoryFile
        private let breaks: Bool

        init(_ file: MemoryFile, _ steps: [(bytes: Int, range: Int)], breaks: Bool = false) {
            self.file = file
            self.breaks = breaks
            state = Mutex(State(steps: steps))
        }

        func produce(into output: inout [UInt8]) throws -> Bool {
            try state.withLock { state in
                guard !state.steps.isEmpty else {
                    if breaks { throw Pieces.Broken() }
                    return false
                }
                let step = state.steps.removeFirst()
                output += RangeBodyTests.text(from: state.position, step.bytes)
                state.position += step.bytes
                if step.range > 0 { state.range = FileRange(file, offset: state.position % 26, count: step.range) }
                state.position += step.range
                return breaks || !state.steps.isEmpty
            }
        }

        func takeRange() -> FileRange? {
            state.withLock { state in
                defer { state.range = nil }
                return state.range
            }
        }
    }

    private static let steps: [(String, [(bytes: Int, range: Int)])] = [
        ("/range", [(0, 1)]), ("/ranges", [(0, 200_000), (0, 300_000), (0, 7)]), ("/bytes-first", [(5, 100_000), (0, 9)]),
        ("/range-first", [(0, 100_000), (70_000, 0), (0, 65_536)]), ("/mixed", (0..<60).map { ($0 % 3 * 500, $0 % 4 * 9999) }),
        ("/nothing", [(0, 0), (0, 0)]), ("/large-range", (0..<12).map { _ in (1, 2_900_000) }),
    ]

    private static func text(from start: Int, _ count: Int) -> [UInt8] { (start..<(start + count)).map { UInt8(97 + $0 % 26) } }

    private func run(
        _ configuration: Configuration = .quick, tls: TLSContext? = nil, _ body: (LiveServer) async throws -> Void
    ) async throws {
        let file = try MemoryFile(name: "test")
        try file.write(Self.text(from: 0, Self.size), at: 0)
        try await LiveServer.run(
            configuration, tls: { tls },
            routes: { router in
                for (path, steps) in Self.steps {
                    router.add(.get, path) { _, responder in responder.send(Response(body: .stream(Mixed(file, steps)))) }
                }
                router.add(.get, "/broken-range") { _, responder in
                    responder.send(Response(body: .stream(Mixed(file, [(0, 9)], breaks: true))))
                }
            }, body)
    }

    /// - Returns: nil for what is no answer in chunks.
    private func dechunk(_ answer: some StringProtocol) -> String? {
        let bytes = Array(answer.utf8)
        let lineEnd = Array("\r\n".utf8)
        guard var start = bytes.firstRange(of: lineEnd + lineEnd)?.upperBound else { return nil }
        var body: [UInt8] = []
        while let end = bytes[start...].firstRange(of: lineEnd) {
            guard let size = Int(String(decoding: bytes[start..<end.lowerBound], as: UTF8.self), radix: 16) else { return nil }
            let stop = end.upperBound + size
            guard bytes[stop...].starts(with: lineEnd) else { return nil }
            if size == 0 { return stop + 2 == bytes.count ? String(decoding: body, as: UTF8.self) : nil }
            body += bytes[end.upperBound..<stop]
            start = stop + 2
        }
        return nil
    }

    private func expected(_ steps: [(bytes: Int, range: Int)]) -> String {
        String(decoding: Self.text(from: 0, steps.reduce(0) { $0 + $1.bytes + $1.range }), as: UTF8.self)
    }

    @Test func body_IsWhole_AndTheNextRequestIsAnswered() async throws {
        try await run { (server) async throws in
            for (path, steps) in Self.steps.dropLast() {
                let answers = try await server.talk(
                    "GET \(path) HTTP/1.1\r\nHost: h\r\n\r\nGET /status HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                let second = try #require(answers.range(of: "HTTP/1.1 200", options: .backwards))
                #expect(dechunk(answers[..<second.lowerBound]) == expected(steps), "\(path)")
                #expect(answers.hasSuffix("{}"))
            }
        }
    }

    @Test func body_IsWhole_UnderTLS() async throws {
        let directory = try TemporaryDirectory()
        let fixture = try CertificateFixture(in: directory.path, "node")
        let context = try TLSContext(certificateFile: fixture.certificate, keyFile: fixture.key)
        try await run(tls: context) { (server) async throws in
            for (path, steps) in Self.steps.dropLast() {
                let client = try TLSSocket(port: server.port, trusting: fixture.certificate)
                try await client.send("GET \(path) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                let answer = try await client.receiveAll()
                #expect(dechunk(answer) == expected(steps), "\(path)")
            }
        }
    }

    @Test func body_EndsWithTheConnection_UnderHTTP10() async throws {
        try await run { (server) async throws in
            for (path, steps) in Self.steps.dropLast() {
                let answer = try await server.talk("GET \(path) HTTP/1.0\r\n\r\n")
                #expect(answer.hasSuffix("\r\n\r\n" + expected(steps)) && !answer.contains("chunked"), "\(path)")
            }
        }
    }

    @Test func bytes_AreCounted_OnceEach() async throws {
        try await run { (server) async throws in
            let answer = try await server.talk("GET /ranges HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            try await eventually("it is told") { server.record.all.first?.bytes == answer.utf8.count }
        }
    }

    @Test func connection_IsCut_WhenTheProducerFailsAfterARange() async throws {
        try await run { (server) async throws in
            let client = try server.client()
            try await client.send("GET /broken-range HTTP/1.1\r\nHost: h\r\n\r\n")
            await #expect(throws: RawSocket.Failure.self) { _ = try await client.receiveAll() }
            #expect(server.record.contains(.cut(.producerFailed)))
        }
    }

    /// It takes none of a range that the kernel has no more room for.
    @Test func slowReader_IsCut_InTheMiddleOfARange() async throws {
        var configuration = Configuration.quick
        configuration.drainWindow = .milliseconds(200)
        configuration.minimumDrainRate = 1_000_000
        try await run(configuration) { (server) async throws in
            let client = try server.client(receiveBuffer: 4096)
            try await client.send("GET /large-range HTTP/1.1\r\nHost: h\r\n\r\n")
            try await eventually("it is cut") { server.record.contains(.cut(.slowReader)) }
            try await eventually("nothing is left") { server.http.connections == 0 }
        }
    }

    @Test func client_MayLeave_InTheMiddleOfARange() async throws {
        try await run { (server) async throws in
            do {
                let client = try server.client(receiveBuffer: 4096)
                try await client.send("GET /large-range HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = try await client.receive(until: "abc")
            }
            try await eventually("it is gone") { server.http.connections == 0 }
            #expect(try await server.talk("GET /status HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").hasSuffix("{}"))
        }
    }
}
