@testable import HelioHTTP
import Glibc
import HelioLoop
import Synchronization
import TestSupport
import Testing

private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n" }

private func limits(_ change: (inout Configuration) -> Void) -> Configuration {
    var configuration = Configuration.quick
    change(&configuration)
    return configuration
}

/// Each test guards a limit or a deadline.
@Suite struct LimitTests {
    @Test func head_IsRefused_AtTheTotalDeadline_HoweverSteadilyItDrips() async throws {
        try await LiveServer.run(limits { $0.headDeadline = .seconds(1) }) { (server) async throws in
            let client = try server.client()
            let began = ContinuousClock.now
            var answer: [UInt8] = []
            for byte in Array("GET /status HTTP/1.1\r\nHost: h\r\nX: \(String(repeating: "x", count: 400))".utf8) where answer.isEmpty {
                do { try await client.send([byte]) } catch { break }
                answer = try await client.receive(within: 0.02) ?? []
            }
            #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 408"))
            #expect(ContinuousClock.now - began < .seconds(3))
        }
    }

    @Test func body_IsRefused_AtItsDeadline() async throws {
        try await LiveServer.run(limits { $0.bodyDeadline = .milliseconds(100) }) { (server) async throws in
            let client = try server.client()
            try await client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")
            #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 408"))
        }
    }

    @Test func connection_IsClosed_WhenItIsIdle() async throws {
        try await LiveServer.run(limits { $0.idleDeadline = .milliseconds(100) }) { (server) async throws in
            let silent = try server.client()
            #expect(try await silent.receiveAll() == "")
            let used = try server.client()
            try await used.send(get("/status"))
            #expect(try await used.receiveAll().hasSuffix("{}"))
            #expect(server.record.all.filter { $0.ending == .cut(.idle) }.count == 2)
        }
    }

    @Test func slowReader_IsCut_AndItsProducerReleased() async throws {
        let configuration = limits {
            $0.drainWindow = .milliseconds(200)
            $0.minimumDrainRate = 1_000_000
        }
        try await LiveServer.run(configuration) { (server) async throws in
            let client = try server.client(receiveBuffer: 4096)
            try await client.send(get("/flood"))
            try await eventually("it is cut") { server.record.contains(.cut(.slowReader)) }
            try await eventually("nothing is left") { server.http.connections == 0 }
            await #expect(throws: RawSocket.Failure.self, "a reset") { while let piece = try await client.receive(), !piece.isEmpty {} }
        }
    }

    @Test func slowReader_IsCut_ThoughItGoesOnAsking() async throws {
        let configuration = limits {
            $0.drainWindow = .milliseconds(300)
            $0.minimumDrainRate = 1_000_000
        }
        let large = PreparedResponse(status: 200, headers: [], body: [UInt8](repeating: 0x6C, count: 8192))
        let routes = { (router: inout Router) in router.add(.get, "/large") { _, responder in responder.send(large) } }
        try await LiveServer.run(configuration, routes: routes) { (server) async throws in
            try await server.limitSendBuffers(to: 16_384)
            let client = try server.client(receiveBuffer: 4096)
            // One by one, so that a part of one answer waits, and there is room for many small ones behind it.
            var asked = 0
            while await server.http.held.output == 0 {
                try await client.send(get("/large"))
                asked += 1
                try await eventually("it is answered") { server.record.all.count >= asked }
            }
            // Three windows, with many requests in each.
            for _ in 0..<45 where !server.record.contains(.cut(.slowReader)) {
                do { try await client.send(get("/status")) } catch { break }
                try await Pace.take(.milliseconds(20))
            }
            #expect(server.record.contains(.cut(.slowReader)))
        }
    }

    /// Each slow reader is within its limits, and all together would take the memory.
    @Test func readerWithMost_IsCut_WhenTooMuchWaits() async throws {
        let answer = 16 << 20
        try await LiveServer.run(limits { $0.unsentBytes = 20 << 20 }, routes: { router in
            router.add(.get, "/large") { _, responder in responder.send(Response(body: .bytes(Array(repeating: 0x78, count: answer)))) }
        }) { (server) async throws in
            let slow = try (0..<4).map { _ in try server.client(receiveBuffer: 4096) }
            for client in slow { try await client.send(get("/large")) }
            try await eventually("one is left") { server.record.all.filter { $0.ending == .cut(.slowReader) }.count == 3 }
            #expect(await server.http.held.output <= 20 << 20)
            let quick = try await server.talk(get("/status"))
            #expect(quick.hasSuffix("{}"))
            withExtendedLifetime(slow) {}
        }
    }

    /// What is lent for a turn has room for a long answer, and a short one of which nothing can be sent would keep all of it.
    @Test func slowReaders_KeepNoMoreRoom_ThanWaitsForThem() async throws {
        let (size, rounds) = (1 << 20, 8)
        try await LiveServer.run(routes: { router in
            router.add(.get, "/large") { _, responder in responder.send(Response(body: .bytes(Array(repeating: 0x78, count: size)))) }
            router.add(.get, "/short/{}") { request, responder in
                responder.send(Response(body: .bytes(Array(request.parameter(0).utf8))))
            }
        }) { (server) async throws in
            // Before the limit, so that the kernel takes a long answer at once, and the room for it is what the next are lent.
            let quick = try server.client()
            try await quick.send(get("/status"))
            _ = try await quick.receive(until: "{}")
            try await server.limitSendBuffers(to: 2048)
            var slow: [RawSocket] = []
            for round in 0..<rounds {
                try await quick.send(get("/large"))
                _ = try await quick.receive(until: "\r\n\r\n")
                var left = size
                while left > 0 {
                    let piece = try #require(try await quick.receive())
                    try #require(!piece.isEmpty)
                    left -= piece.count
                }
                let client = try server.client(receiveBuffer: 1024)
                slow.append(client)
                // How much of the last answer is sent depends on the length: of several, with some it is nothing or little.
                try await fill(server, client, get("/short/" + String(repeating: "x", count: 1 + 20 * round)))
            }
            #expect(await server.http.held.room < size / 4)
            withExtendedLifetime(slow) {}
        }
    }

    /// Asks until an answer waits.
    private func fill(_ server: LiveServer, _ client: RawSocket, _ request: String) async throws {
        let before = await server.http.held.output
        while await server.http.held.output == before {
            let answered = server.record.all.count
            try await client.send(request)
            try await eventually("it is answered") { server.record.all.count > answered }
        }
    }

    /// A producer has its answer in memory for as long as its peer reads, however little of it waits at a time.
    @Test func readerWithMost_IsCut_WhenProducersKeepTooMuch() async throws {
        let kept = 16 << 20
        try await LiveServer.run(limits { $0.unsentBytes = 40 << 20 }, routes: { router in
            for (path, pieces, size) in [("/short", 3, 5), ("/endless", 1_000_000, 65_536)] {
                router.add(.get, path) { _, responder in
                    responder.send(Response(body: .stream(Pieces(pieces, size: size, retaining: kept))))
                }
            }
        }) { (server) async throws in
            func cuts() -> Int { server.record.all.count { $0.ending == .cut(.slowReader) } }
            // Those who have had it all stay, and nothing is kept for them any more.
            let quick = try (0..<4).map { _ in try server.client() }
            for client in quick {
                try await client.send(get("/short"))
                _ = try await client.receive(until: "\r\n0\r\n\r\n")
            }
            #expect(cuts() == 0)
            var slow: [RawSocket] = []
            for _ in 0..<4 { slow.append(try server.client(receiveBuffer: 4096)) }
            for client in slow { try await client.send(get("/endless")) }
            try await eventually("two are left") { cuts() == 2 && server.http.connections == 6 }
            // Nor for those who have gone.
            slow = []
            try await eventually("they are gone") { server.http.connections == 4 }
            for _ in 0..<2 { slow.append(try server.client(receiveBuffer: 4096)) }
            for client in slow {
                try await client.send(get("/endless"))
                _ = try await client.receive(until: "x")
            }
            #expect(cuts() == 2 && server.http.connections == 6)
            withExtendedLifetime((quick, slow)) {}
        }
    }

    /// Its last answer is sent, and only its end is waited for.
    @Test func readerThatLingers_HasNothingKept() async throws {
        let kept = 16 << 20
        try await LiveServer.run(limits { ($0.unsentBytes, $0.lingerDeadline) = (40 << 20, .seconds(20)) }, routes: { router in
            router.add(.get, "/short") { _, responder in
                responder.send(Response(body: .stream(Pieces(3, size: 5, retaining: kept))))
            }
        }) { (server) async throws in
            let clients = try (0..<4).map { _ in try server.client() }
            for client in clients {
                try await client.send("GET /short HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nmore")
                _ = try await client.receiveAll()
            }
            #expect(!server.record.contains(.cut(.slowReader)) && server.http.connections == 4)
            withExtendedLifetime(clients) {}
        }
    }

    @Test func steadyReader_IsNotCut_ThoughTheKernelHoldsMuch() async throws {
        let configuration = limits {
            $0.drainWindow = .seconds(2)
            $0.minimumDrainRate = 250
        }
        try await LiveServer.run(configuration) { (server) async throws in
            let client = try server.client(receiveBuffer: 16_384)
            try await client.send(get("/flood"))
            let end = ContinuousClock.now + .milliseconds(5000)
            var taken = 0
            while ContinuousClock.now < end {
                taken += try #require(try await client.receive(atMost: 4096, within: 5)).count
                try await Pace.take(.milliseconds(120))
            }
            #expect(taken > 20_000 && !server.record.contains(.cut(.slowReader)))
        }
    }

    @Test func vanishedClient_ReleasesItsStream() async throws {
        try await LiveServer.run { (server) async throws in
            do {
                let client = try server.client()
                try await client.send(get("/flood"))
                _ = try await client.receive()
            }
            try await eventually("nothing is left") { server.http.connections == 0 }
            #expect(server.record.contains(.cut(.peerVanished)))
        }
    }

    @Test func vanishedClient_LosesNothingElse_WhenItsAnswerComesLate() async throws {
        try await LiveServer.run { (server) async throws in
            do {
                let client = try server.client()
                try await client.send(get("/held"))
                try await eventually("it is with its handler") { server.held.count == 1 }
                var noLinger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(client.descriptor, SOL_SOCKET, SO_LINGER, &noLinger, socklen_t(MemoryLayout<linger>.size))
            }
            try await eventually("it is gone") { server.http.connections == 0 }
            server.held.release()
            #expect(try await server.talk(get("/status")).hasSuffix("{}"))
        }
    }

    @Test func endlessLine_IsRefused_AndReadNoFurtherThanTheLinger() async throws {
        try await LiveServer.run(limits { $0.lingerDeadline = .seconds(60) }) { (server) async throws in
            let client = try server.client()
            let junk = [UInt8](repeating: 0x61, count: 65_536)
            var sent = 0
            await #expect(throws: RawSocket.Failure.self, "it is closed long before 100 MB") {
                for _ in 0..<1600 {
                    try await client.send(junk)
                    sent += junk.count
                }
            }
            #expect(sent < 20_000_000, "what the kernel's buffers hold, and the linger")
            #expect(server.record.contains(.refused(.targetTooLong)))
        }
    }

    @Test func refusedConnection_IsClosed_ThoughItsClientStays() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try server.client()
            try await client.send("BREW / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 405"))
            try await eventually("it is closed") { server.http.connections == 0 }
            try? await client.send("x")  // may fail or not: only that the client still lived matters
        }
    }

    @Test func connection_Lingers_WhenMoreFollowsItsLastRequest() async throws {
        try await LiveServer.run(limits { $0.lingerDeadline = .seconds(60) }) { (server) async throws in
            let client = try server.client()
            try await client.send("GET /status HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + get("/status"))
            #expect(try await client.receiveAll().components(of: "HTTP/1.1") == 1)
            #expect(server.http.connections == 1, "a close would reset what the client has not read")
        }
    }

    @Test(arguments: ["/late", "/pieces"])
    func connection_Lingers_WhenMoreFollowsARequestThatIsAnsweredLater(path: String) async throws {
        try await LiveServer.run(limits { $0.lingerDeadline = .seconds(60) }) { (server) async throws in
            let client = try server.client()
            let last = "GET \(path) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
            // More than the server reads while it answers.
            try await client.send(last + String(repeating: get("/status"), count: 1000))
            #expect(try await client.receiveAll().components(of: "HTTP/1.1") == 1)
            #expect(server.http.connections == 1, "a close would reset what the client has not read")
            #expect(await server.http.held.input == 0)
        }
    }

    @Test func output_IsBounded_WhenASlowReaderKeepsSending() async throws {
        let piece = 1 << 20
        let routes = { (router: inout Router) in
            router.add(.get, "/megabytes") { _, responder in responder.send(Response(body: .stream(Pieces(1000, size: piece)))) }
        }
        try await LiveServer.run(limits { $0.drainWindow = .seconds(600) }, routes: routes) { (server) async throws in
            let client = try server.client(receiveBuffer: 4096)
            var noDelay: Int32 = 1
            setsockopt(client.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, 4)
            try await client.send(get("/megabytes"))
            try await eventually("the kernel takes no more") { await server.http.held.output > 0 }
            // Each byte is a turn of the connection; eight pieces are more than the kernel's buffers could hide.
            for count in 1...8 {
                try await client.send("x")
                try await eventually("it is read") { await server.http.held.input == count }
            }
            #expect(await server.http.held.output <= 2 * Configuration.quick.outputMark + piece + 1024)
        }
    }

    /// It never has all that waits for it, so there is always something before the next piece.
    @Test func output_IsBounded_WhenAReaderTakesLessThanAPieceATurn() async throws {
        try await LiveServer.run { (server) async throws in
            try await server.limitSendBuffers(to: 16_384)
            let client = try server.client(receiveBuffer: 32_768)
            try await client.send(get("/flood"))
            var (taken, most) = (0, 0)
            while taken < 2 << 20 {
                let piece = try #require(try await client.receive(atMost: 16_384))
                try #require(!piece.isEmpty)
                taken += piece.count
                // Asks on the loop: it has had its turn before more is taken.
                let held = await server.http.held.output
                most = max(most, held)
            }
            #expect(most > 0 && most <= 2 * Configuration.quick.outputMark + ResponseBody.pieceSize + 1024)
        }
    }

    @Test func output_IsBounded_WhenManyRequestsArePipelined_AndNoAnswerIsRead() async throws {
        let large = [UInt8](repeating: 0x6C, count: 16 * 1024)
        let routes = { (router: inout Router) in router.add(.get, "/large") { _, responder in responder.send(Response(body: .bytes(large))) } }
        try await LiveServer.run(routes: routes) { (server) async throws in
            let client = try server.client(receiveBuffer: 4096)
            // All of them are one read of the server's, and their answers more than the kernel's own buffers take.
            try await client.send(String(repeating: get("/large"), count: ConnectionTable.readBytes / get("/large").utf8.count))
            try await eventually("the kernel takes no more") { await server.http.held.output > 0 }
            #expect(await server.http.held.output <= Configuration.quick.outputMark + large.count + 1024)
        }
    }

    @Test func pipelinedBytes_AreBounded_WhileAnAnswerIsUnderWay() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try server.client()
            try await client.send(get("/held"))
            try await eventually("it is with its handler") { server.held.count == 1 }
            // Until nothing has fitted for a while: the kernel's buffers are full, ours must not be.
            let junk = [UInt8](repeating: 0x61, count: 65_536)
            var refusals = 0
            while refusals < 20 {
                let count = junk.withUnsafeBytes { send(client.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) }
                refusals = count < 0 ? refusals + 1 : 0
                if count < 0 { Pace.block(milliseconds: 10) }
            }
            let held = await server.http.held.input
            #expect(held <= Configuration.quick.pipelineBytes + ConnectionTable.readBytes)
        }
    }

    @Test func drain_FinishesWhatIsInFlight_AndAnswersWithClose() async throws {
        try await LiveServer.run { (server) async throws in
            let idle = try server.client()
            try await idle.send(get("/status"))
            _ = try await idle.receive(until: "{}")
            let busy = try server.client()
            try await busy.send(get("/held"))
            try await eventually("it is with its handler") { server.held.count == 1 }
            async let drained: Void = server.http.drain(within: .seconds(20))
            try await eventually("it drains") { (try? server.client()) == nil }  // refused: it has stopped accepting
            server.held.release()
            await drained
            let answer = try await busy.receiveAll()
            #expect(answer.contains("Connection: close") && answer.hasSuffix("held"))
            #expect(try await idle.receiveAll() == "")
            #expect(throws: RawSocket.Failure.self) { try server.client() }
        }
    }

    @Test func drain_ServesARequestThatWasUnderWay() async throws {
        try await LiveServer.run(limits { $0.drainGrace = .seconds(2) }) { (server) async throws in
            let idle = try server.client()
            try await idle.send(get("/status"))
            _ = try await idle.receive(until: "{}")
            async let drained: Void = server.http.drain(within: .seconds(5))
            try await eventually("it drains") { (try? server.client()) == nil }  // refused: it has stopped accepting
            try await idle.send(get("/status"))
            #expect(try await idle.receiveAll().contains("Connection: close"))
            await drained
        }
    }

    @Test func stopAccepting_AnswersWhatTheKernelHasAccepted() async throws {
        try await LiveServer.run { (server) async throws in
            // One job holds the loop while the connection arrives and then stops, so that no poll comes between.
            let step = Atomic(0)
            server.loop.execute {
                step.store(1, ordering: .sequentiallyConsistent)
                let limit = ContinuousClock.now + .seconds(10)
                while step.load(ordering: .sequentiallyConsistent) < 2, ContinuousClock.now < limit { Pace.block(milliseconds: 1) }
                server.http.assumeIsolated { $0.stopAccepting() }
                step.store(3, ordering: .sequentiallyConsistent)
            }
            try await eventually("the loop is held") { step.load(ordering: .sequentiallyConsistent) == 1 }
            let client = try server.client()
            try await client.send(get("/status"))
            try await eventually("the kernel has the request") { client.unacknowledgedBytes == 0 }
            step.store(2, ordering: .sequentiallyConsistent)
            try await eventually("it has stopped") { step.load(ordering: .sequentiallyConsistent) == 3 }
            client.finishSending()
            #expect(try await client.receiveAll().hasSuffix("{}"))
        }
    }

    @Test func drain_CutsWhatIsLeft_AtItsDeadline() async throws {
        try await LiveServer.run { (server) async throws in
            let client = try server.client()
            try await client.send(get("/held"))
            try await eventually("it is with its handler") { server.held.count == 1 }
            let began = ContinuousClock.now
            async let drained: Void = server.http.drain(within: .milliseconds(50))
            do {
                try await eventually("it is cut") { server.record.contains(.cut(.drainDeadline)) }
            } catch {
                server.held.release()  // or the drain would wait for it for ever
                throw error
            }
            await drained
            #expect(ContinuousClock.now - began < .seconds(3))
        }
    }

    @Test func status_IsAnswered_WhenDescriptorsRunOut() async throws {
        await #expect(processExitsWith: .success) {
            try await LiveServer.run { (server) async throws in
                let clients = (0..<40).map { _ in RawSocket() }
                try await Pace.take(.milliseconds(20))  // libdispatch opens its descriptors at the first sleep, or crashes
                var limit = rlimit(rlim_cur: 64, rlim_max: 64)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                while dup(0) >= 0 {}
                for client in clients {
                    try client.connect(port: server.port)
                    try await client.send(get("/status"))
                }
                for client in clients {
                    let answer = try await client.receiveAll()
                    guard answer.hasSuffix("{}"), answer.contains("\r\nConnection: close\r\n") else { exit(3) }
                }
                // It is recorded once a second, and maybe after the answers that it is about.
                try await eventually("the record of it") { server.record.contains(.cut(.noDescriptors)) }
                exit(0)
            }
        }
    }
}
