import HelioNode

/// What goes wrong.
extension Simulation {
    mutating func push() {
        if healedAt != nil { return }
        let repository = Int.random(in: 0..<Self.repositories, using: &random)
        upstream[repository] += 1
        note("push r\(repository) v\(upstream[repository])")
        if let index = nodes.indices.filter({ nodes[$0].isLive }).randomElement(using: &random), Bool.random(using: &random) {
            let name = Self.described[repository].name
            feed(index, NodeEvent.notified(name))
            feed(index, .notifiedHere(name))
        }
        if story != .emptied { schedule(.push, in: between(200, 15_000)) }
    }

    mutating func fault() {
        if healedAt != nil { return }
        let index = Int.random(in: nodes.indices, using: &random)
        let kind = Int.random(in: 0..<14, using: &random)
        if kind != 9, kind != 10 { nodesTroubledAt = now }
        switch kind {
        case 0, 1: kill(index)
        case 2, 3: if nodes[index].life == .dead { start(index) }
        case 4: if nodes[index].isLive { pause(index) }
        case 5, 6: resume(index)
        case 7:
            redis.isUp.toggle()
            // After so long the next in order announces what the first has announced already.
            if redis.isUp, now - redisToggledAt > settings.hold { wasCutOff = true }
            redisToggledAt = now
            note("redis is \(redis.isUp ? "up" : "down")")
        case 8:
            nodes[index].seesRedis.toggle()
            wasCutOff = true
            note("\(nodes[index].name) \(nodes[index].seesRedis ? "sees" : "does not see") redis")
        case 9:
            upstreamIsUp.toggle()
            note("the upstream is \(upstreamIsUp ? "up" : "down")")
        case 10:
            nodes[index].seesUpstream.toggle()
            note("\(nodes[index].name) \(nodes[index].seesUpstream ? "sees" : "does not see") the upstream")
        case 11: flush()
        case 12: redis.dump = redis.data
        default: drain(index)
        }
        // Stopped while Redis was away, a node goes on with what it believed then.
        if !redis.isUp, nodes.contains(where: { $0.life == .paused }) { wasCutOff = true }
        schedule(.fault, in: between(500, 20_000))
    }

    private mutating func kill(_ index: Int) {
        guard nodes[index].life != .dead else { return }
        nodes[index].life = .dead
        // What it announced without Redis, nobody else knows.
        if nodes[index].store.events.contains(where: { !$0.isPublished }) { wasCutOff = true }
        note("\(nodes[index].name) is killed")
    }

    private mutating func pause(_ index: Int) {
        nodes[index].life = .paused
        note("\(nodes[index].name) is paused")
    }

    mutating func resume(_ index: Int) {
        guard nodes[index].life == .paused else { return }
        nodes[index].life = .running
        nodes[index].runsSince = now
        note("\(nodes[index].name) goes on")
        let steps = nodes[index].backlog
        nodes[index].backlog = []
        for step in steps { schedule(step, in: .zero) }
        nodes[index].nextWake = nil
        wake(index, in: .milliseconds(1))
    }

    mutating func flush() {
        flushedAt = now
        if let dump = redis.dump, Bool.random(using: &random) {
            redis.data = dump
            note("redis has older data")
        } else {
            redis.data = ModelRedis.Data()
            note("redis is empty")
        }
    }

    private mutating func drain(_ index: Int) {
        guard nodes[index].isLive else { return }
        let before = nodes.map(\.code)
        note("\(nodes[index].name) is drained, or no longer")
        feed(index, nodes[index].node.snapshot().draining == nil ? .drain(reason: "test", isKept: false) : .undrain)
        for other in nodes.indices where other != index && nodes[other].isLive && before[other] == 200 && nodes[other].code != 200 {
            fail("draining \(nodes[index].name) took \(nodes[other].name) out")
        }
    }

    /// Everything is well from here on.
    mutating func heal() {
        note("healed")
        if !redis.isUp, now - redisToggledAt > settings.hold { wasCutOff = true }
        redis.isUp = true
        upstreamIsUp = true
        for index in nodes.indices {
            nodes[index].seesRedis = true
            nodes[index].seesUpstream = true
            if nodes[index].life == .dead { start(index) }
            resume(index)
            feed(index, NodeEvent.undrain)
        }
        healedAt = now
        nodesTroubledAt = now
    }
}
