import COpenSSL
import Glibc
import TestSupport

/// A client that does with the protocol what no well-behaved one does: its records are made before they are sent.
final class RekeyingClient {
    struct Failure: Error { let what: String }

    let raw: RawSocket
    private let session: OpaquePointer?
    private let (incoming, outgoing) = (BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()))

    init(port: UInt16, receiveBuffer: Int32? = nil) async throws {
        raw = try RawSocket(port: port, receiveBuffer: receiveBuffer)
        let context = SSL_CTX_new(TLS_client_method())
        session = SSL_new(context)
        SSL_CTX_free(context)
        SSL_set_bio(session, incoming, outgoing)
        SSL_set_connect_state(session)
        while SSL_do_handshake(session) != 1 {
            try await raw.send(made())
            try await take()
        }
        try await raw.send(made())
    }

    deinit { SSL_free(session) }

    /// What has to be sent, made since the last call.
    func made() -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = BIO_read(outgoing, &buffer, Int32(buffer.count)), count > 0 { all += buffer[..<Int(count)] }
        return all
    }

    func say(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { SSL_write(session, $0.baseAddress, Int32($0.count)) } }

    /// - Parameter isAnswered: whether the peer has to renew its keys too.
    func renewKeys(isAnswered: Bool = false) {
        SSL_key_update(session, isAnswered ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED)
        SSL_do_handshake(session)
    }

    /// Waits for something from the peer, and has it deciphered.
    private func take() async throws {
        guard let bytes = try await raw.receive(within: 5), !bytes.isEmpty else { throw Failure(what: "nothing came") }
        _ = bytes.withUnsafeBytes { BIO_write(incoming, $0.baseAddress, Int32($0.count)) }
    }

    /// Bytes that the peer has said, up to `count` of them.
    func hear(_ count: Int) async throws -> Int {
        var heard = 0
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while heard < count {
            let read = SSL_read(session, &buffer, Int32(buffer.count))
            if read > 0 { heard += Int(read) } else { try await take() }
        }
        return heard
    }
}
