import Glibc
import HelioLoop
import TestSupport

/// A client that speaks TLS, every wait bounded. It blocks no thread.
final class TLSSocket {
    let raw: RawSocket
    let session: TLSSession

    init(port: UInt16, trusting certificate: String, receiveBuffer: Int32? = nil) throws {
        raw = try RawSocket(port: port, receiveBuffer: receiveBuffer)
        _ = fcntl(raw.descriptor, F_SETFL, O_NONBLOCK)
        session = try TLSSession(
            connecting: TLSContext(authoritiesFile: certificate), to: "127.0.0.1", descriptor: raw.descriptor)
    }

    func send(_ text: String) async throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            switch rest.withUnsafeBytes({ session.write($0) }) {
            case .moved(let count): rest = rest.dropFirst(count)
            case .wouldBlock: try await wait(session.writeNeed)
            case .ended: throw failure(EPIPE)
            case .failed(let code): throw failure(code)
            }
        }
    }

    /// - Returns: empty at the end.
    func receive(atMost limit: Int = 65_536) async throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        while true {
            switch buffer.withUnsafeMutableBytes({ session.read(into: $0) }) {
            case .moved(let count): return Array(buffer[..<count])
            case .ended: return []
            case .wouldBlock: try await wait(session.readNeed)
            case .failed(let code): throw failure(code)
            }
        }
    }

    func receiveAll() async throws -> String {
        var all: [UInt8] = []
        while true {
            let piece = try await receive()
            if piece.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += piece
        }
    }

    func receive(until mark: String) async throws -> String {
        var all = ""
        while !all.hasSuffix(mark) {
            let piece = try await receive(atMost: 1)
            if piece.isEmpty { throw failure(ENODATA) }
            all += String(decoding: piece, as: UTF8.self)
        }
        return all
    }

    private func wait(_ need: TLSSession.Need) async throws {
        guard try await raw.wait(need == .readable ? POLLIN : POLLOUT, 10) else { throw failure(ETIMEDOUT) }
    }

    private func failure(_ code: Int32) -> RawSocket.Failure {
        RawSocket.Failure(call: session.failure ?? "TLS", code: code)
    }
}
