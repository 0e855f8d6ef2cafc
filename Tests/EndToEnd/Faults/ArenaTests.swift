import Foundation
import TestSupport
import Testing

extension Faults {
    /// What one thread has freed is there for the others.
    @Suite struct Arenas {
        private static let isSanitized = ProcessInfo.processInfo.environment["HELIOSTAT_SANITIZER"] != nil

        private func scene(_ environment: [String: String]) async throws -> Scene {
            let scene = try Scene()
            try scene.node.configure(upstream: scene.upstream.path, extra: "")
            try scene.node.start(environment: environment)
            try await scene.node.waitForState("SYNCHRONIZED")
            for _ in 0..<3 { _ = try scene.node.metrics() }
            return scene
        }

        @Test func arenas_AreTwo_HoweverManyThreads() async throws {
            let scene = try await scene([:])
            #expect(try arenas(of: scene.node.processID) <= 1, "beside the heap")
        }

        /// The sanitizers have allocators of their own.
        @Test(.enabled(if: !isSanitized), arguments: ["MALLOC_ARENA_MAX": "6", "GLIBC_TUNABLES": "glibc.malloc.arena_max=6"])
        func environment_IsRight(name: String, value: String) async throws {
            let scene = try await scene([name: value])
            #expect(try arenas(of: scene.node.processID) > 1, "beside the heap")
        }

        /// An arena that is not the heap begins where 64 MiB of its own do, of which the end is reserved (`HEAP_MAX_SIZE` of glibc's arena.c).
        private func arenas(of process: Int32) throws -> Int {
            let size: UInt64 = 64 << 20
            let maps = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8).split(separator: "\n").compactMap { line in
                line.prefixMatch(of: #/([0-9a-f]+)-([0-9a-f]+) (....) 0+ 00:00 0\s*$/#).map { match in
                    (start: UInt64(match.output.1, radix: 16) ?? 1, end: UInt64(match.output.2, radix: 16) ?? 0, access: match.output.3)
                }
            }
            return zip(maps, maps.dropFirst()).count { used, reserved in
                used.start % size == 0 && used.access == "rw-p" && reserved.access == "---p" && reserved.start == used.end
                    && reserved.end == used.start + size
            }
        }
    }
}
