import HelioLoop

/// One connection to Redis: bytes out, replies in, each to whom it belongs, and a deadline for the oldest of them.
///
/// `@unchecked Sendable`: used on the loop only.
final class RedisLink: @unchecked Sendable {
    private static let readSize = 65_536

    private let loop: EventLoop
    private let stream: ByteStream
    private let timeout: Duration
    private let lost: (RedisError) -> Void
    private var parser = RESPParser()
    private var inFlight = InFlight()
    /// To be sent; what stands before `written` has been. Bounded with `inFlight`, which counts the same bytes.
    private var output: [UInt8] = []
    private var written = 0
    private var timer: LoopTimer?
    private(set) var isOpen = true

    /// Takes every value from now on, when it is set; false for one that Redis must not send.
    var push: ((RESPValue) -> Bool)?

    /// - Parameters:
    ///   - stream: taken over.
    ///   - timeout: of each request.
    ///   - lost: called once, on the loop, after everything in flight has failed; not after `close`.
    init(loop: EventLoop, stream: ByteStream, timeout: Duration, lost: @escaping (RedisError) -> Void) {
        self.loop = loop
        self.stream = stream
        self.timeout = timeout
        self.lost = lost
        stream.owner = self
        stream.setReading(true)
    }

    /// Sends the commands in one write. The promise gets as many replies, or an error.
    func request(_ commands: [RedisCommand], _ promise: ReplyPromise) {
        guard isOpen else { return promise.keep(.failure(.unavailable("the connection was lost"))) }
        guard !commands.isEmpty else { return promise.keep(.success([])) }
        var bytes: [UInt8] = []
        for command in commands { command.encode(into: &bytes) }
        if let refusal = inFlight.refusal(commands: commands.count, bytes: bytes.count) { return promise.keep(.failure(refusal)) }
        let deadline = loop.exactNow &+ timeout.nanoseconds
        inFlight.add(promise, count: commands.count, bytes: bytes.count, deadline: deadline)
        send(bytes)
        armTimer()
    }

    /// What is answered by way of `push`, if at all.
    func sendAside(_ command: RedisCommand) {
        guard isOpen else { return }
        var bytes: [UInt8] = []
        command.encode(into: &bytes)
        send(bytes)
    }

    /// For good. Everything in flight fails with `error`.
    func close(_ error: RedisError) { end(error, first: error) }

    /// Closes, and tells the owner.
    func fail(_ error: RedisError) {
        guard isOpen else { return }
        // Only the oldest has used up its time; the others go because their replies could not be told from its own any more.
        end(error == .timedOut ? .connectionLost("an earlier command was not answered in time") : error, first: error)
        lost(error)
    }

    private func end(_ error: RedisError, first: RedisError) {
        guard isOpen else { return }
        isOpen = false
        push = nil
        timer?.cancel()
        timer = nil
        stream.close()
        (output, written) = ([], 0)
        for (index, promise) in inFlight.empty().enumerated() { promise.keep(.failure(index == 0 ? first : error)) }
    }
}

/// The deadline. There is one timer, for the oldest request, and it is moved only when it fires: most replies come long before. It fires at
/// least once in the time of an ordinary request, since those that follow a large one are due before it.
extension RedisLink {
    private func armTimer() {
        guard timer == nil, let deadline = inFlight.deadline else { return }
        let rest = min(timeout.nanoseconds, max(1_000_000, deadline &- loop.exactNow))
        timer = loop.schedule(after: .nanoseconds(rest)) { [weak self] in self?.checkDeadline() }
    }

    private func checkDeadline() {
        timer = nil
        if let deadline = inFlight.deadline, deadline <= loop.exactNow { return fail(.timedOut) }
        armTimer()
    }
}

/// The bytes.
extension RedisLink: StreamOwner {
    private func send(_ bytes: [UInt8]) {
        if written == output.count {
            (output, written) = (bytes, 0)
        } else {
            dropWritten()
            output += bytes
        }
        flush()
    }

    /// So that what was written does not pile up before what was not. Half at least goes at a time, which keeps it cheap.
    private func dropWritten() {
        guard written >= output.count / 2 else { return }
        output.removeSubrange(..<written)
        written = 0
    }

    private func flush() {
        while written < output.count {
            let transfer = output.withUnsafeBytes { stream.write(UnsafeRawBufferPointer(rebasing: $0[written...])) }
            switch transfer {
            case .moved(let count): written += count
            case .wouldBlock: return stream.setAwaitingWrite(true)
            // Reading tells what happened, after what Redis may have said before it hung up.
            case .ended, .failed: return stream.setAwaitingWrite(false)
            }
        }
        (output, written) = ([], 0)
        stream.setAwaitingWrite(false)
    }

    func streamIsWritable() { flush() }

    func streamIsReadable() {
        var transfer = Transfer.wouldBlock
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.readSize) { buffer, count in
            transfer = stream.read(into: UnsafeMutableRawBufferPointer(buffer))
            if case .moved(let moved) = transfer { count = moved }
        }
        switch transfer {
        case .moved: receive(bytes)
        case .wouldBlock: break
        case .ended: fail(.connectionLost("Redis hung up"))
        case .failed(let code): fail(.connectionLost(LoopError.system(call: "recv", code: code).description))
        }
    }

    private func receive(_ bytes: [UInt8]) {
        do throws(RedisError) {
            inFlight.moved(bytes.count)
            parser.append(bytes)
            while isOpen, let value = try parser.next() { try deliver(value) }
        } catch {
            fail(error)
        }
    }

    private func deliver(_ value: RESPValue) throws(RedisError) {
        if let push {
            if push(value) { return }
        } else {
            switch inFlight.take(value) {
            case .whole(let promise, let values): return promise.keep(.success(values))
            case .partial: return
            case .unasked: break
            }
        }
        guard case .error(let line) = value else { throw .protocolViolation("a reply that nobody had asked for") }
        throw .protocolViolation("an error that nobody had asked for: \(LogText.escaped(line))")
    }
}

extension Duration {
    /// Saturates at about 292 years.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : whole.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }
}
