import HelioAPI
import HelioHTTP
import HelioLock
import HelioLoop
import HelioNode

extension NodeProcess {
    /// On what the service manager has opened, or else on what is configured.
    func listen() async throws(LoopError) {
        let (http, agentAddress) = configuration.withLock { ($0.http, $0.agent.listen) }
        let bound = try await publicServer.listen(
            on: inherited.http.isEmpty ? [ListenAddress(http.listen)] : [], inherited: inherited.http, tls: tls.current)
        if let first = bound.first { board.identify { $0.address = NodeIdentity.Address(first) ?? $0.address } }
        if !inherited.http.isEmpty {
            if !bound.contains(ListenAddress(http.listen)) {
                log.warning("http.listen is not used: the service manager has opened another address", ["http.listen": "\(http.listen)"])
            }
            warn(of: bound, beside: http)
        }
        for address in bound { log.info("listening", ["address": "\(address)", "state": .text(NodeState.starting.rawValue)]) }
        for address in try await listenForAdministration(http.adminListen) {
            log.info("metrics and administration are answered", ["address": "\(address)"])
        }
        var agents: [ListenAddress] = []
        for descriptor in inherited.agent { agents.append(try await agent.listen(inherited: descriptor)) }
        if agents.isEmpty, let address = agentAddress { agents.append(try await agent.listen(on: ListenAddress(address))) }
        for address in agents { log.info("agent checks are answered", ["address": "\(address)"]) }
    }

    /// `http.listen` itself has been warned of when the configuration was read.
    private func warn(of inherited: [ListenAddress], beside http: NodeConfiguration.HTTP) {
        for case .tcp(let host, let port) in inherited {
            let address = HostPort(host: host, port: port)
            guard address != http.listen, let notice = http.notice(of: address, called: "the service manager's socket") else { continue }
            log.warning("configuration", ["warning": .text(notice)])
        }
    }

    private func listenForAdministration(_ configured: HostPort?) async throws(LoopError) -> [ListenAddress] {
        var bound: [ListenAddress] = []
        for descriptor in inherited.admin { bound.append(try await adminServer.listen(inherited: descriptor, tls: tls.current)) }
        if bound.isEmpty, let configured { bound.append(try await adminServer.listen(on: ListenAddress(configured), tls: tls.current)) }
        return bound
    }
}

extension ListenAddress {
    fileprivate init(_ address: HostPort) { self = .tcp(host: address.host, port: address.port) }
}
