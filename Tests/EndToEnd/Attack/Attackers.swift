import Foundation
import TestSupport

/// Clients that cost a node a connection each and come to nothing, as many as are asked for, until they are told to leave. Whoever is
/// thrown out is back within a second.
final class Attackers: Sendable {
    enum Kind: CaseIterable {
        /// A byte of a head each second.
        case slowHead
        /// A byte of a body each second, after a quarter of what was announced.
        case slowBody
        /// Reads 256 bytes a second of an answer of megabytes.
        case slowReader

        fileprivate var beginning: String {
            switch self {
            case .slowHead: "GET /status HTTP/1.1\r\nHost: h\r\nX: "
            case .slowBody: "POST /jolokia HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n" + String(repeating: " ", count: 15_000)
            case .slowReader: RawClient.request("/rest/mirroring/latest/repo-hashes")
            }
        }
    }

    private let work: Alongside<Int>

    init(on port: Int, _ groups: [(kind: Kind, count: Int)]) {
        let kinds = groups.flatMap { group in (0..<group.count).map { _ in group.kind } }
        work = Alongside { goesOn in
            var crowd = Crowd(port: port, kinds)
            while goesOn() { crowd.act() }
            return crowd.opened
        }
    }

    /// All are gone when this returns.
    /// - Returns: how many connections they have made.
    func leave() async throws -> Int { try await work.end() }
}

/// On one thread: in a second each of them has its turn once.
private struct Crowd: ~Copyable {
    private static let turnsPerSecond = 100

    private var members: [(kind: Attackers.Kind, socket: Int32)]
    private let port: Int
    private var next = 0
    private var buffer = [UInt8](repeating: 0, count: 256)
    private(set) var opened = 0

    init(port: Int, _ kinds: [Attackers.Kind]) {
        self.port = port
        members = kinds.map { ($0, -1) }
    }

    deinit { for member in members where member.socket >= 0 { close(member.socket) } }

    /// A hundredth of a second, and the turns of as many as it takes.
    mutating func act() {
        let end = ContinuousClock.now + .milliseconds(1000 / Self.turnsPerSecond)
        for _ in 0..<(members.count / Self.turnsPerSecond + 1) {
            take(next)
            next = (next + 1) % members.count
        }
        let left = (end - ContinuousClock.now) / .milliseconds(1)
        if left > 0 { Pace.block(milliseconds: UInt32(left)) }
    }

    private mutating func take(_ index: Int) {
        if members[index].socket < 0 {
            open(index)
        } else if !poke(members[index].kind, members[index].socket) {
            close(members[index].socket)
            members[index].socket = -1
        }
    }

    /// - Returns: whether the connection is still there.
    private mutating func poke(_ kind: Attackers.Kind, _ socket: Int32) -> Bool {
        let received = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        let isSilent = received < 0 && errno == EAGAIN
        if kind == .slowReader { return received > 0 || isSilent }
        // Whatever came was a refusal.
        return isSilent && send(socket, "x", 1, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) == 1
    }

    private mutating func open(_ index: Int) {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return }
        var size: Int32 = 4096
        if members[index].kind == .slowReader { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size)) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        let beginning = Array(members[index].kind.beginning.utf8)
        guard status == 0, send(socket, beginning, beginning.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) == beginning.count else {
            close(socket)
            return
        }
        members[index].socket = socket
        opened += 1
    }
}
