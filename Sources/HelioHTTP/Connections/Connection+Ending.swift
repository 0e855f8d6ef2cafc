import HelioLoop

extension Connection {
    /// After the last answer. A peer that still sends would be reset by a plain close, and could lose the answer; so could one that sent
    /// more while the answer was made, of which a part may not even be read.
    func end() {
        guard lingers || !input.isEmpty, !sawEnd else { return close() }
        input = []
        if keptBytes > 0 { table.account(0, for: self) }
        stream.finishWriting()
        beginDeadline(.lingering)
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
        if keptBytes > 0 { table.account(0, for: self) }
        streamed = nil
        input = []
        backlog.clear()
    }
}
