import Glibc
import Synchronization
import TestSupport
import Testing

@testable import HelioLoop

/// Connects on its loop.
private actor Caller {
    let loop: EventLoop
    private var attempt: ConnectAttempt?
    private var stream: ByteStream?
    private var outcomes: [Result<Bool, LoopError>] = []

    init(_ loop: EventLoop) { self.loop = loop }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    func connect(_ address: ListenAddress, within limit: Duration = .seconds(10)) throws(LoopError) {
        attempt = try ConnectAttempt(loop: loop, to: address, within: limit) { [unowned self] result in
            nonisolated(unsafe) let result = result  // it stays on this loop
            assumeIsolated { $0.finished(result) }
        }
    }

    func connectAndCancel(_ address: ListenAddress) throws(LoopError) {
        try connect(address, within: .milliseconds(1))
        attempt?.cancel()
        attempt?.cancel()
    }

    func drop() { attempt = nil }

    private func finished(_ result: Result<ByteStream, LoopError>) {
        // What an owner does who keeps nothing of an attempt that is over.
        attempt = nil
        stream = try? result.get()  // failures are kept below
        outcomes.append(result.map { $0.isOpen })
    }

    func greet() -> Transfer? { withUnsafeBytes(of: UInt8(0x78)) { stream?.write($0) } }

    var all: [Result<Bool, LoopError>] { outcomes }

    func outcome() async throws -> Result<Bool, LoopError> {
        let deadline = ContinuousClock.now + .seconds(10)
        while outcomes.isEmpty {
            guard ContinuousClock.now < deadline else { throw NeverHappened("the attempt does not end") }
            try await Pace.take(.milliseconds(2))
        }
        return outcomes[0]
    }
}

@Suite struct ConnectAttemptTests {
    private func withCaller(_ body: (Caller) async throws -> Void) async throws {
        let loop = try EventLoop.start()
        defer { loop.stop() }
        let caller = Caller(loop)
        try await body(caller)
        await caller.drop()
    }

    /// On loopback, and never accepting.
    private func listening(backlog: Int32) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let done = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, backlog) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(done)
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    @Test func attempt_Connects_ByNumberAndByLocalhost() async throws {
        let (listener, port) = try listening(backlog: 8)
        defer { close(listener) }
        for host in ["127.0.0.1", "localhost"] {
            try await withCaller { caller in
                try await caller.connect(.tcp(host: host, port: port))
                #expect(try await caller.outcome() == .success(true))
                #expect(await caller.greet() == .moved(1))
            }
        }
    }

    @Test func attempt_Connects_ToAUnixSocket() async throws {
        let directory = try TemporaryDirectory()
        let loop = try EventLoop.start()
        defer { loop.stop() }
        let path = directory.path + "/s"
        let listener = Mutex<Listener?>(nil)
        loop.execute { listener.withLock { $0 = try? Listener(loop: loop, address: .unix(path: path)) { _ in } } }  // absent fails below
        try await withCaller { caller in
            try await eventually("it is listened") { listener.withLock { $0 != nil } }
            try await caller.connect(.unix(path: path))
            #expect(try await caller.outcome() == .success(true))
        }
        loop.execute { listener.withLock { $0?.close() } }
    }

    @Test func attempt_Fails_WhenNobodyListens() async throws {
        let (listener, port) = try listening(backlog: 8)
        close(listener)
        try await withCaller { caller in
            try await caller.connect(.tcp(host: "127.0.0.1", port: port))
            #expect(try await caller.outcome() == .failure(.system(call: "connect", code: ECONNREFUSED)))
        }
    }

    @Test func attempt_FailsAtItsDeadline_WhenNobodyAnswers() async throws {
        let (listener, port) = try listening(backlog: 0)
        defer { close(listener) }
        try await withCaller { caller in
            // Those who find room in the backlog are connected; after them the kernel drops what comes.
            var callers: [Caller] = []
            var outcome = Result<Bool, LoopError>.success(true)
            while outcome == .success(true), callers.count < 8 {
                let next = Caller(caller.loop)
                try await next.connect(.tcp(host: "127.0.0.1", port: port), within: .milliseconds(300))
                outcome = try await next.outcome()
                callers.append(next)
            }
            #expect(outcome == .failure(.system(call: "connect", code: ETIMEDOUT)))
            for caller in callers { await caller.drop() }
        }
    }

    @Test func attempt_IsRefusedAtOnce_WhenTheAddressIsNone() async throws {
        try await withCaller { caller in
            await #expect(throws: LoopError.badHost("redis.example")) { try await caller.connect(.tcp(host: "redis.example", port: 1)) }
            await #expect(throws: LoopError.badSocketPath("")) { try await caller.connect(.unix(path: "")) }
            await #expect(throws: LoopError.system(call: "connect", code: ENOENT)) { try await caller.connect(.unix(path: "/nowhere/s")) }
        }
    }

    @Test func attempt_SaysNothing_AfterItWasCancelledOrDropped() async throws {
        let (listener, port) = try listening(backlog: 8)
        defer { close(listener) }
        try await withCaller { caller in
            try await caller.connectAndCancel(.tcp(host: "127.0.0.1", port: port))
            let other = Caller(caller.loop)
            try await other.connect(.tcp(host: "127.0.0.1", port: port))
            _ = try await other.outcome()
            try await Pace.take(.milliseconds(20))
            #expect(await caller.all.isEmpty)
            await other.drop()
        }
    }

    /// The kernel gives a caller the very port that it calls, one time in some ten thousand; here it is told to.
    @Test func outcome_IsARefusal_WhenASocketIsConnectedToItself() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0 && connect(descriptor, $0, length) == 0
            }
        }
        #expect(isConnected)
        #expect(ConnectAttempt.outcome(of: descriptor) == ECONNREFUSED)
    }
}
