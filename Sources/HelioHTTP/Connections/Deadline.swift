import HelioLoop

/// What a connection waits for, since when, and until when it may.
struct Deadline {
    /// A new kind begins anew, and so does a new exchange of the same kind; but not `writing`, which asks how fast the peer takes what
    /// waits for it, of however many answers. `answering` waits for the server itself, without limit.
    enum Kind {
        case handshake, idle, head, body, answering, writing, lingering
    }

    let kind: Kind
    let exchange: UInt64
    /// In nanoseconds of the monotonic clock, as is `time`.
    let began: Int64
    private(set) var time: Int64
    /// Bytes that the peer had taken when it began; of `writing` only.
    let drainedBefore: Int

    /// - Parameter limit: nanoseconds.
    init(_ kind: Kind, exchange: UInt64 = 0, began: Int64, limit: Int64, drainedBefore: Int = 0) {
        self.kind = kind
        self.exchange = exchange
        self.began = began
        self.drainedBefore = drainedBefore
        time = Self.sum(began, limit)
    }

    /// - Parameter limit: nanoseconds from `now`.
    mutating func shorten(to limit: Int64, now: Int64) { time = min(time, Self.sum(now, limit)) }

    private static func sum(_ time: Int64, _ limit: Int64) -> Int64 {
        let (sum, overflow) = time.addingReportingOverflow(limit)
        return overflow ? .max : sum
    }

    /// Durations in nanoseconds, as the hot path adds them.
    struct Limits {
        /// What is waited for longer than this is overdue, where another needs the place.
        let patience: Int64
        /// Instead of the idle limit, once the server drains.
        let drainGrace: Int64
        private let idle, head, body, linger, drainWindow: Int64

        init(_ configuration: Configuration) {
            patience = configuration.patience.inNanoseconds
            drainGrace = configuration.drainGrace.inNanoseconds
            idle = configuration.idleDeadline.inNanoseconds
            head = configuration.headDeadline.inNanoseconds
            body = configuration.bodyDeadline.inNanoseconds
            linger = configuration.lingerDeadline.inNanoseconds
            drainWindow = configuration.drainWindow.inNanoseconds
        }

        subscript(_ kind: Kind) -> Int64 {
            switch kind {
            case .handshake, .head: head
            case .idle: idle
            case .body: body
            case .answering: .max
            case .writing: drainWindow
            case .lingering: linger
            }
        }
    }
}

extension Connection {
    func updateDeadline() {
        let next = currentlyWaitsFor
        guard next != deadline.kind || next != .writing && machine.exchange != deadline.exchange else { return }
        beginDeadline(next)
    }

    func beginDeadline(_ kind: Deadline.Kind) {
        let limits = table.limits
        let limit = kind == .idle && machine.isDraining ? limits.drainGrace : limits[kind]
        deadline = Deadline(
            kind, exchange: machine.exchange, began: loop.now, limit: limit, drainedBefore: kind == .writing ? drained : 0)
    }

    private var currentlyWaitsFor: Deadline.Kind {
        // A producer that has nothing yet is what is waited for, and not the peer.
        if !backlog.isEmpty || streamsOn { return .writing }
        // A handshake has but one deadline, from the connection's beginning to its end; a TLS peer that renews its keys later has none.
        if deadline.kind == .handshake, !stream.isEstablished { return .handshake }
        switch machine.phase {
        // Requests that are here and wait for a turn are late through nobody but this server.
        case .idle: return hasUnservedInput ? .answering : .idle
        case .head: return .head
        case .body: return .body
        case .answering, .finished: return .answering
        }
    }

    /// Called by the sweep.
    func checkDeadline(_ now: Int64) {
        guard now >= deadline.time else { return }
        switch deadline.kind {
        case .handshake: cut(.handshake)
        case .idle:
            if let observer = table.observer { observer(exchange(.cut(.idle))) }
            close()
        case .head: refuse(.headTimeout)
        case .body: refuse(.bodyTimeout)
        case .lingering: close()
        case .writing: checkDrain()
        case .answering: break
        }
    }

    /// What the peer has taken, not what the kernel has: megabytes wait there, and would hide a slow reader or condemn a steady
    /// one.
    private var drained: Int { backlog.sent &- stream.unsentBytes }

    private func checkDrain() {
        let needed = Double(table.configuration.minimumDrainRate) * table.configuration.drainWindow.inSeconds
        if Double(drained &- deadline.drainedBefore) < needed { cut(.slowReader) } else { beginDeadline(.writing) }
    }

    /// Idle connections get a moment: a request may be under way already.
    func beginDrain() {
        machine.isDraining = true
        if deadline.kind == .idle || deadline.kind == .handshake { deadline.shorten(to: table.limits.drainGrace, now: loop.now) }
    }
}
