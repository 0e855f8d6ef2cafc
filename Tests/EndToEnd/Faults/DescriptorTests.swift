import Foundation
import TestSupport
import Testing

extension Faults {
    /// A process that has no descriptors left, or hardly any.
    @Suite struct Descriptors {
        private static let repositories = (0..<8).map { "P/r\($0)" }

        @Test func nodeWithoutDescriptors_StartsNoGit_AndGoesOn() async throws {
            let scene = try Scene(Self.repositories, extra: "sync: { interval: 1s, concurrency: 1, attempts: 100 }")
            try await scene.synchronized()
            for (index, name) in Self.repositories.enumerated() {
                let spare = 3 * index
                try scene.upstream.commit(name, message: "with \(spare) to spare")
                try limit(scene.node, to: "\(try highest(scene.node) + 1 + spare):")
                let passed = ContinuousClock.now + .seconds(2)
                try await eventually("two passes") { !scene.node.isRunning || ContinuousClock.now > passed }
                #expect(scene.node.isRunning, "\(spare) to spare: \(scene.node.log.suffix(500))")
                guard scene.node.isRunning else { return }
            }
            #expect(scene.node.log.contains("no descriptors to spare"))
            try limit(scene.node, to: "1024:")
            for name in Self.repositories { try scene.notify(name) }
            try await scene.node.waitForMirror(Self.repositories, of: scene.upstream, within: 60)
            #expect(try await scene.node.end() == 0)
            try scene.node.expectCleanDisk(Self.repositories)
        }

        private func highest(_ node: NodeFixture) throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(node.processID)/fd").compactMap { Int($0) }.max() ?? 0
        }

        private func limit(_ node: NodeFixture, to limit: String) throws {
            try Shell().run("prlimit", "--pid", "\(node.processID)", "--nofile=\(limit)")
        }
    }
}
