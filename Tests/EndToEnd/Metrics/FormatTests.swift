import Foundation
import TestSupport
import Testing

extension Metrics {
    /// Prometheus accepts much that is wrong, so a node's own answers are held against every rule of their format, too.
    @Suite struct Format {
        private func busyNode() async throws -> Scene {
            let scene = try Scene(["P/r", "P/bad"], extra: "sync: { interval: 1h, attempts: 1 }")
            try scene.script("rm \"$GIT_DIR/HEAD\"", in: "P/bad")
            try await scene.synchronized()
            try scene.upstream.commit("P/r", message: "pushed")
            try scene.notify("P/r")
            try await scene.arrives("P/r")
            // The first answers may still make series of their own, such as a route's first code.
            for format in ExpositionAnswer.formats { _ = try ExpositionAnswer(scene.node, accept: format.accept) }
            return scene
        }

        @Test func everyFormat_KeepsEveryRule() async throws {
            let scene = try await busyNode()
            for format in ExpositionAnswer.formats {
                let answer = try ExpositionAnswer(scene.node, accept: format.accept)
                let problems = ExpositionChecker.problems(in: Array(answer.body.utf8), as: format.dialect)
                #expect(problems.isEmpty, "\(format.dialect): \(problems)")
            }
        }

        @Test func bothFormats_HoldTheSameSeries() async throws {
            let scene = try await busyNode()
            let series = try ExpositionAnswer.formats.map { format in
                try Exposition(ExpositionAnswer(scene.node, accept: format.accept).body).samples.map { sample in
                    "\(sample.name)\(sample.labels.sorted { $0.key < $1.key })"
                }
            }
            #expect(Set(series[0]).count == series[0].count, "every series once")
            #expect(series[0] == series[1], "the same, in the same order")
        }
    }
}
