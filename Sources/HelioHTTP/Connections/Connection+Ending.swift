import HelioLoop

extension Connection {
    /// Bytes that a slow peer's `output` may have to spare, beside as many as wait in it: so many that small arrays are left as they are.
    private static let spareRoom = 1024

    func flush() {
        let more = range != nil
        while written < output.count {
            switch output.withUnsafeBytes({ stream.write(UnsafeRawBufferPointer(rebasing: $0[written...]), more: more) }) {
            case .moved(let count):
                written += count
                sent &+= count
            case .failed: return cut(.peerVanished)
            case .wouldBlock, .ended: return dropSent()
            }
        }
        returnOutput()
        if range != nil { sendRange() }
    }

    /// The rest of the range in one turn, or of a piece of it where it has to go through `output`.
    private func sendRange() {
        while var rest = range, rest.count > 0, stream.sendsFiles {
            let transfer = stream.send(&rest)
            range = rest
            switch transfer {
            case .moved(let count): sent &+= count
            case .failed: return cut(.peerVanished)
            case .wouldBlock, .ended: return
            }
        }
        if range?.count == 0 { endRange() }
    }

    /// The table lends one buffer to whichever connection has its turn.
    func borrowOutput() {
        if output.capacity == 0 { swap(&output, &table.output) }
    }

    /// A reader that is always a little behind never has all of `output`, and would have all that it was ever sent kept here. Only once
    /// that is as much as the rest: then no more bytes are moved than were sent. Or where the room is far more than the rest: it was lent,
    /// and made for the longest answer that anybody was given.
    private func dropSent() {
        let rest = output.count - written
        guard written >= rest || output.capacity > 2 * rest + Self.spareRoom else { return }
        // Bytes of its own: an array made of all of another shares the room of that one.
        var waiting: [UInt8] = []
        waiting.reserveCapacity(rest)
        waiting.append(contentsOf: output[written...])
        output = waiting
        written = 0
    }

    private func returnOutput() {
        written = 0
        output.removeAll(keepingCapacity: true)
        if table.output.capacity == 0 { swap(&output, &table.output) } else { output = [] }
    }

    /// After the last answer. A peer that still sends would be reset by a plain close, and could lose the answer; so could one that sent
    /// more while the answer was made, of which a part may not even be read.
    func end() {
        guard lingers || !input.isEmpty, !sawEnd else { return close() }
        input = []
        if unsent > 0 { table.keeps(0, for: self) }
        stream.finishWriting()
        timed = .lingering
        deadline = loop.now &+ table.limits.linger
        stream.setAwaitingWrite(false)
        stream.setReading(true)
    }

    func discard() {
        switch stream.read(into: table.scratch) {
        case .moved(let count):
            discarded += count
            if discarded > table.configuration.lingerBytes { close() }
        case .ended, .failed: close()
        case .wouldBlock: break
        }
    }

    func close() {
        release()
        stream.close()
        table.remove(self)
    }

    /// The peer must not take what it got for complete.
    func cut(_ reason: Exchange.Cut) {
        guard stream.isOpen else { return }
        if let observer = table.observer { observer(exchange(.cut(reason))) }
        release()
        stream.abort()
        table.remove(self)
    }

    private func release() {
        if unsent > 0 { table.keeps(0, for: self) }
        producer = nil
        input = []
        output = []
        written = 0
        range = nil
    }
}

extension Connection {
    func updateDeadline() {
        let next = currentlyTimed
        guard next != timed || next != .writing && machine.exchange != timedExchange else { return }
        (timed, timedExchange) = (next, machine.exchange)
        let limits = table.limits
        switch next {
        case .handshake: break  // it began with the connection
        case .idle: deadline = loop.now &+ (machine.isDraining ? limits.drainGrace : limits.idle)
        case .head: deadline = loop.now &+ limits.head
        case .body: deadline = loop.now &+ limits.body
        case .answering: deadline = .max
        case .writing: beginDrainWindow()
        case .lingering: deadline = loop.now &+ limits.linger
        }
    }

    private var currentlyTimed: Timed {
        // A producer that has nothing yet is what is waited for, and not the peer.
        if !isSent || (producer != nil && !isStarved) { return .writing }
        guard stream.isEstablished else { return .handshake }
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
        guard now >= deadline else { return }
        switch timed {
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
    private var drained: Int { sent &- stream.unsentBytes }

    private func beginDrainWindow() {
        drainedBefore = drained
        deadline = loop.now &+ table.limits.drainWindow
    }

    private func checkDrain() {
        let needed = Double(table.configuration.minimumDrainRate) * table.configuration.drainWindow.inSeconds
        if Double(drained &- drainedBefore) < needed { cut(.slowReader) } else { beginDrainWindow() }
    }

    /// Idle connections get a moment: a request may be under way already.
    func beginDrain() {
        machine.isDraining = true
        if timed == .idle || timed == .handshake { deadline = min(deadline, loop.now &+ table.limits.drainGrace) }
    }
}
