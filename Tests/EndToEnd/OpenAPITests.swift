import Foundation
import TestSupport
import Testing

/// The description of the REST interface, held against a running node by schemathesis.
struct OpenAPITests {
    /// Of each operation; those without parameters need one.
    private static let examples = 280

    /// A target that is too long is refused as such, whatever else is wrong with it: schemathesis does not know of that answer to data that
    /// break the description.
    private static let configuration = """
        [checks.negative_data_rejection]
        expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "414", "415", "422", "428", "429", "5xx"]

        """

    @Test func description_IsKept_InThousandsOfCases() async throws {
        let scene = try Scene(["P/r", "P/s", "Q/broken"], extra: "sync: { interval: 5s, attempts: 1 }")
        try scene.script(#"rm -r "$GIT_DIR"/objects/??"#, in: "Q/broken")
        try await scene.synchronized()
        let configuration = scene.directory.path + "/schemathesis.toml"
        try Self.configuration.write(toFile: configuration, atomically: true, encoding: .utf8)
        let words = [
            ProjectFile.path(".build/clients/bin/schemathesis"), "--config-file", configuration, "run", ProjectFile.path("conf/openapi.yaml"), "--url", scene.node.base,
            "--max-examples", "\(Self.examples)", "--phases", "examples,coverage,fuzzing", "--seed", "1", "--request-timeout", "10",
            "--suppress-health-check", "all",
        ]
        let ended = try await onThread { try Shell(directory: scene.directory.path).attempt(words) }
        #expect(ended.status == 0, "\(ended.output.suffix(4000))")
        let cases = try #require(ended.output.firstMatch(of: #/(\d+) generated/#).flatMap { Int($0.output.1) })
        #expect(cases >= 2000, "\(ended.output.suffix(1000))")
        #expect(scene.node.isRunning && !scene.node.log.contains(#""level":"error","message":"internal"#))
    }
}
