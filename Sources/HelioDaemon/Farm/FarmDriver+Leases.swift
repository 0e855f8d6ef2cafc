import HelioFarm
import HelioNode
import HelioStore

/// Questions about what only one node does at a time.
extension FarmDriver {
    /// One question about a lease at a time, in order: what is asked for again must not be given back by what was asked before.
    func begin(_ request: LeaseRequest) {
        let before = leaseQuestions[request.name]
        leaseQuestions[request.name] = Task {
            await before?.value
            if case .release = request { await release(request) } else { await ask(request) }
        }
    }

    private func ask(_ request: LeaseRequest) async {
        let name = request.name
        var floor: Int64 = 0
        do throws(StoreError) {
            floor = try await hands.adapters.store.fence(of: name) ?? 0
        } catch {
            log.error("a lease is not taken: its last number cannot be read", ["lease": .text(name.rawValue), "error": "\(error)"])
            return feed(.lease(name, .unknown("\(error)")))
        }
        let reply = await coordinator.ask(request, owner: machine.record, floor: floor)
        // The number stands in this node's own store before anything is done in its name.
        if case .granted(let fence) = reply, case .acquire = request, await !remember(name, fence) {
            return feed(.lease(name, .unknown("the number \(fence) cannot be right, or cannot be stored")))
        }
        feed(.lease(name, reply))
    }

    /// What cannot be given back ends by itself.
    private func release(_ request: LeaseRequest) async {
        let reply = await coordinator.ask(request, owner: machine.record, floor: 0)
        guard request.name == .inventory, case .unknown(let why) = reply else { return }
        log.warning("failed to release database row count metrics lock", ["error": .text(why)])
    }
}

extension LeaseRequest {
    var name: LeaseName {
        switch self {
        case .acquire(let name, _), .renew(let name, _, _), .release(let name, _): name
        }
    }
}
