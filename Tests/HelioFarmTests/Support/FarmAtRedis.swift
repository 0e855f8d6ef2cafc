import Foundation
import HelioFarm
import HelioLoop
import HelioNode
import TestSupport
import Testing

/// Two nodes' ends of a farm at a real Redis.
enum FarmAtRedis {
    static func id(_ number: Int) -> MemberID { MemberID("0000000\(number)-0000-4000-8000-00000000000\(number)")! }

    static func record(_ number: Int, name: String? = nil, upstream: String = "u") -> MemberRecord {
        MemberRecord(
            id: id(number), name: name ?? "n\(number)", host: "127.0.0.1", port: 7990, version: "1", upstream: upstream)
    }

    static let now: @Sendable () -> MonotonicTime = { MonotonicTime(nanoseconds: 1) }

    /// What the page on farms tells an operator to allow.
    private static func documentedPermissions() throws -> [String] {
        let page = try ProjectFile.text("Sources/HelioDaemon/Documentation.docc/Farm.md")
        let paragraph = try #require(page.components(separatedBy: "\n\n").first { $0.hasPrefix("With ACLs: ") })
        return paragraph.split { " `()\n".contains($0) }.map { $0.trimmingCharacters(in: CharacterSet(charactersIn: ",.")) }
            .filter { "+~&".contains($0.prefix(1)) }.map { $0.replacing("NAME", with: "test") }
    }

    /// With a user who may do no more than the documentation says.
    static func with(
        _ body: (RedisCoordinator, RedisCoordinator, RealRedis) async throws -> Void
    ) async throws {
        let redis = try await RealRedis(["--user", "node", "on", ">secret"] + documentedPermissions())
        let loop = try EventLoop.start()
        func coordinator(_ seed: UInt64) -> RedisCoordinator {
            var configuration = RedisConfiguration(host: "127.0.0.1", port: redis.port)
            configuration.username = "node"
            configuration.password = { "secret" }
            return RedisCoordinator(loop: loop, farm: "test", configuration, now: now, seed: seed) { _ in }
        }
        let (one, two) = (coordinator(1), coordinator(2))
        await one.start()
        await two.start()
        try await eventually("both are connected") {
            do {
                _ = try await one.letters(after: nil)
                _ = try await two.letters(after: nil)
                return true
            } catch { return false }
        }
        try await body(one, two, redis)
        await one.stop()
        await two.stop()
        loop.stop()
    }
}
