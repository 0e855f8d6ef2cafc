/// The socket below a session, and what has come from it.
final class SessionSocket {
    /// Bytes from which it is told what the peer speaks.
    private static let opening = 8

    let transport: PlainTransport
    /// How often OpenSSL may still take bytes off the socket before it has to come back. It goes on by itself as long as there are messages of
    /// the protocol, and a peer that sends nothing else would keep the loop.
    var readsLeft = 0
    /// Bytes received, less what goes with those that were for us.
    var overhead = 0
    private(set) var firstBytes: [UInt8] = []
    /// Whether anything has been sent.
    private(set) var hasWritten = false

    init(descriptor: Int32) { transport = PlainTransport(descriptor: descriptor) }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        guard readsLeft > 0 else { return .wouldBlock }
        let transfer = transport.read(into: buffer)
        guard case .moved(let count) = transfer else { return transfer }
        readsLeft -= 1
        overhead += count
        if firstBytes.count < Self.opening { firstBytes += buffer.prefix(min(count, Self.opening - firstBytes.count)) }
        return transfer
    }

    func write(_ buffer: UnsafeRawBufferPointer) -> Transfer {
        let transfer = transport.write(buffer)
        if case .moved = transfer { hasWritten = true }
        return transfer
    }

    /// Whether the peer began with a method of HTTP: somebody forgot the s of https.
    var heardPlainHTTP: Bool {
        let word = firstBytes.prefix { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        return word.count >= 3 && (word.count == firstBytes.count || firstBytes[word.count] == UInt8(ascii: " "))
    }
}
