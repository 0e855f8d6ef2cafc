import Foundation
import TestSupport
import Testing

extension Faults {
    /// A process that has no descriptors left, or hardly any.
    @Suite struct Descriptors {
        private static let repositories = (0..<12).map { "P/r\($0)" }

        @Test func nodeWithoutDescriptors_StartsNoGit_AndGoesOn() async throws {
            let home = try TemporaryDirectory()
            let upstream = try UpstreamFixture(in: home.path)
            for name in Self.repositories { try upstream.create(name) }
            let daemon = try await GitDaemon(upstream.path)
            let urls = Self.repositories.map { "    - { project: P, slug: \($0.dropFirst(2)), url: \"\(daemon.url($0))\" }" }
            let scene = try Scene(
                urls: { _ in "  kind: urls\n  urls:\n" + urls.joined(separator: "\n") },
                extra: "sync: { interval: 1s, concurrency: 1, attempts: 100 }")
            try await scene.synchronized()
            for (spare, name) in Self.repositories.enumerated() {
                try upstream.commit(name, message: "with \(spare) to spare")
                try limit(scene.node, to: "\(try free(scene.node)[spare]):")
                try await Pace.take(.seconds(2))
                #expect(scene.node.isRunning, "\(spare) to spare: \(scene.node.log.suffix(500))")
                guard scene.node.isRunning else { return }
            }
            try await eventually("it says why") { scene.node.log.contains("no descriptors to spare") }
            try limit(scene.node, to: "1024:")
            for name in Self.repositories { try scene.notify(name) }
            try await scene.node.waitForMirror(Self.repositories, of: upstream, within: 60)
            #expect(try await scene.node.end() == 0)
            try scene.node.expectCleanDisk(Self.repositories)
        }

        /// The numbers that its next descriptors get.
        private func free(_ node: NodeFixture) throws -> [Int] {
            let taken = Set(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(node.processID)/fd").compactMap { Int($0) })
            return (0..<1024).filter { !taken.contains($0) }
        }

        private func limit(_ node: NodeFixture, to limit: String) throws {
            try Shell().run("prlimit", "--pid", "\(node.processID)", "--nofile=\(limit)")
        }
    }
}
