@testable import HelioHTTP
import Glibc
import HelioLoop
import TestSupport
import Testing

private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n" }

private func limits(_ connections: Int, patience: Duration) -> Configuration {
    var configuration = Configuration.quick
    configuration.connections = connections
    configuration.patience = patience
    return configuration
}

/// Who makes way when there are too many.
@Suite struct DisplacementTests {
    private static let half = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"

    /// A client whose connection is answered, and then kept.
    private func idle(_ server: LiveServer) async throws -> RawSocket {
        let client = try server.client()
        try await client.send(get("/status"))
        #expect(try await client.receive(until: "{}").hasPrefix("HTTP/1.1 200"))
        return client
    }

    /// A client whose connection is held by what it has sent. A gap after it makes the next one's wait shorter, however coarse the clock.
    private func waiting(_ server: LiveServer, _ text: String) async throws -> RawSocket {
        let (client, before) = (try server.client(), await server.http.held.input)
        try await client.send(text)
        try await eventually("it is read") { await server.http.held.input == before + text.utf8.count }
        try await Pace.take(.milliseconds(10))
        return client
    }

    @Test func overdueRequests_MakeWay_LongestFirst_AndThenIdleConnections() async throws {
        try await LiveServer.run(limits(4, patience: .milliseconds(1))) { (server) async throws in
            let first = try await idle(server)
            let others = [
                try await waiting(server, "G"), try await waiting(server, Self.half), try await waiting(server, "GET / HTTP/1.1\r\nX: y"),
            ]
            var newcomers: [RawSocket] = []
            for victim in others + [first] {
                newcomers.append(try await idle(server))
                #expect(try await victim.receiveAll() == "")
                #expect(server.http.connections == 4)
            }
            #expect(server.record.all.filter { $0.ending == .cut(.displaced) }.count == 4)
            #expect(!server.record.contains(.refused(.tooManyConnections)))
        }
    }

    @Test func requestThatHasOnlyBegun_OutlivesAnIdleConnection() async throws {
        try await LiveServer.run(limits(2, patience: .seconds(60))) { (server) async throws in
            let begun = try await waiting(server, Self.half)
            let kept = try await idle(server)
            let newcomer = try await idle(server)
            #expect(try await kept.receiveAll() == "")
            try await begun.send("defghi")
            #expect(try await begun.receive(until: "abcdefghi").hasPrefix("HTTP/1.1 200"))
            withExtendedLifetime(newcomer) {}
        }
    }

    @Test func newcomer_Gets503_WhereAllAreBeingAnswered() async throws {
        try await LiveServer.run(limits(2, patience: .milliseconds(1))) { (server) async throws in
            let clients = [try server.client(receiveBuffer: 4096), try server.client()]
            try await clients[0].send(get("/flood"))
            try await clients[1].send(get("/held"))
            try await eventually("one is with its handler") { server.held.count == 1 }
            try await eventually("one is read by nobody") { await server.http.held.output > 0 }
            let refused = try server.client()
            try await refused.send(get("/status"))
            let answer = try await refused.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 503") && answer.contains("Connection: close") && answer.contains("Retry-After: 1"))
            server.held.release()
            #expect(try await clients[1].receive(until: "held").hasPrefix("HTTP/1.1 200"))
            try await Pace.take(.milliseconds(20))  // where nobody was found, nobody is looked for at once
            let newcomer = try await idle(server)
            #expect(try await clients[1].receiveAll() == "", "which is idle now")
            withExtendedLifetime(newcomer) {}
        }
    }

    /// Handlers may take for ever, and those who asked need not wait so long.
    @Test func requestOfWhoSendsNothingMore_MakesWay_TheOldestFirst() async throws {
        try await LiveServer.run(limits(3, patience: .milliseconds(1))) { (server) async throws in
            let clients = try (0..<3).map { _ in try server.client() }
            for (index, client) in clients.enumerated() {
                try await client.send(get("/held"))
                try await eventually("it is with its handler") { server.held.count == index + 1 }
                try await Pace.take(.milliseconds(10))
            }
            // The first goes on reading and could send more.
            clients[1].finishSending()
            try await Pace.take(.milliseconds(10))
            clients[2].finishSending()
            try await eventually("one makes way") { try await server.talk(get("/status")).hasPrefix("HTTP/1.1 200") }
            #expect(try await clients[1].receiveAll() == "")
            #expect(server.record.all.filter { $0.ending == .cut(.displaced) }.count == 1)
            let newcomers = [try await idle(server), try await idle(server)]
            #expect(try await clients[2].receiveAll() == "")
            server.held.release()
            #expect(try await clients[0].receive(until: "held").hasPrefix("HTTP/1.1 200"))
            withExtendedLifetime(newcomers) {}
        }
    }

    /// More than one look finds, or keeps in mind.
    @Test func longestWait_IsFound_AmongManyHundreds() async throws {
        try await LiveServer.run(limits(700, patience: .milliseconds(1))) { (server) async throws in
            let slow = try (0..<700).map { _ in try server.client() }
            for client in slow { try await client.send("G") }
            try await eventually("they are here") { await server.http.held.input == 700 }
            try await Pace.take(.milliseconds(10))
            var newcomers: [RawSocket] = []
            for _ in 0..<400 { newcomers.append(try await idle(server)) }
            #expect(server.record.all.filter { $0.ending == .cut(.displaced) }.count == 400)
            for client in slow.prefix(200) { #expect(try await client.receiveAll() == "") }
            // Those in the middle may have come in one turn of the loop, and wait equally long.
            for client in slow.suffix(100) { #expect(try await client.receive(within: 0) == nil) }
        }
    }

    /// More than one turn closes.
    @Test func everyDeadline_Strikes_HoweverManyAreDue() async throws {
        var configuration = Configuration.quick
        configuration.headDeadline = .milliseconds(300)
        try await LiveServer.run(configuration) { (server) async throws in
            let clients = try (0..<300).map { _ in try server.client() }
            for client in clients { try await client.send("G") }
            for client in clients { #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 408")) }
            try await eventually("nothing is left") { server.http.connections == 0 }
        }
    }

    @Test func descriptors_AreFoundForNewcomers_AmongThoseWhoKeepWaiting() async throws {
        await #expect(processExitsWith: .success) {
            try await LiveServer.run { (server) async throws in
                let slow = try (0..<20).map { _ in try server.client() }
                for client in slow { try await client.send("G") }
                try await eventually("they are here") { await server.http.held.input == 20 }
                let clients = (0..<40).map { _ in RawSocket() }
                try await Pace.take(.milliseconds(20))  // libdispatch opens its descriptors at the first sleep, or crashes
                var limit = rlimit(rlim_cur: 128, rlim_max: 128)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                while dup(0) >= 0 {}
                for client in clients {
                    try client.connect(port: server.port)
                    try await client.send(get("/status"))
                    let answer = try await client.receive(until: "{}")
                    guard answer.hasPrefix("HTTP/1.1 200"), !answer.contains("Connection: close") else { exit(3) }
                }
                guard server.record.contains(.cut(.displaced)), server.record.contains(.cut(.noDescriptors)) else { exit(4) }
                exit(0)
            }
        }
    }
}
