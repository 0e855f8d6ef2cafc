import Foundation
import Synchronization
import TestSupport

/// Something that breaks, for some seconds.
enum SoakFault: String, CaseIterable {
    case redisPaused = "Redis paused for 3 s"
    case redisLost = "Redis killed, and started again empty"
    case upstreamGone = "upstream gone for 4 s"
    case receiverRefuses = "receiver of webhooks refuses for 5 s"
    case gitKilled = "git processes killed"
    case reload = "SIGHUP"
    case nodeKilled = "one node killed, and started again"
    case nodePaused = "one node paused for 4 s"

    /// Returns when what was broken is whole again.
    func happen(to scene: FarmScene, _ load: SoakLoad) async throws {
        let victim = scene.nodes[scene.nodes.count - 1]
        switch self {
        case .redisPaused:
            scene.redis.freeze()
            try await Pace.take(.seconds(3))
            scene.redis.thaw()
        case .redisLost:
            scene.redis.kill()
            try await Pace.take(.seconds(1))
            try await scene.redis.start()
        case .upstreamGone: try await withoutUpstream(scene, load)
        case .receiverRefuses:
            scene.refuses = true
            try await Pace.take(.seconds(5))
            scene.refuses = false
        case .gitKilled:
            for _ in 0..<20 {
                for child in scene.nodes.flatMap(\.children) { kill(child, SIGKILL) }
                try await Pace.take(.milliseconds(50))
            }
        case .reload: for node in scene.nodes { node.signal(SIGHUP) }
        case .nodeKilled:
            victim.kill()
            try await Pace.take(.seconds(2))
            try victim.start()
            try await eventually("the killed node listens") { canConnect(to: victim.port) }
        case .nodePaused:
            victim.suspend()
            try await Pace.take(.seconds(4))
            victim.signal(SIGCONT)
        }
    }

    private func withoutUpstream(_ scene: FarmScene, _ load: SoakLoad) async throws {
        try await onThread {
            try load.upstream.withLock { _ in
                let (path, away) = (scene.upstream.path, scene.upstream.path + ".away")
                try FileManager.default.moveItem(atPath: path, toPath: away)
                Pace.block(milliseconds: 4000)
                try FileManager.default.moveItem(atPath: away, toPath: path)
            }
        }
    }
}
