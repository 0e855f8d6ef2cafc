import Foundation
import TestSupport
import Testing

extension Metrics {
    /// Prometheus accepts much that is wrong, so both formats are also held to what they must agree on.
    @Suite struct Format {
        @Test func bothFormats_HoldTheSameSeries() async throws {
            let scene = try Scene(["P/r", "P/bad"], extra: "sync: { interval: 1h, attempts: 1 }")
            try scene.script("rm \"$GIT_DIR/HEAD\"", in: "P/bad")
            try await scene.synchronized()
            // The first answers may still make series of their own, such as a route's first code.
            _ = try ExpositionAnswer.formats.map { try ExpositionAnswer(scene.node, accept: $0.accept) }
            let series = try ExpositionAnswer.formats.map { format in
                try Exposition(ExpositionAnswer(scene.node, accept: format.accept).body).samples.map { "\($0.name)\($0.labels.sorted { $0.key < $1.key })" }
            }
            #expect(Set(series[0]).count == series[0].count, "every series once")
            #expect(series[0] == series[1], "the same, in the same order")
        }
    }
}
