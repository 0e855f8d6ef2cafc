import Foundation
import TestSupport
import Testing

/// The description of the REST interface, held against a running node by schemathesis.
struct OpenAPITests {
    /// Of each operation; those without parameters need one.
    private static let examples = 280

    /// A target or a body that is too long is refused as such, whatever else is wrong with it: schemathesis does not know of that answer to
    /// data that break the description. And a GET with a body is refused for the body, 400, before anybody looks at its path: that is tried
    /// where an operation has a body.
    private static let configuration = """
        [checks.negative_data_rejection]
        expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "414", "415", "422", "428", "429", "5xx"]

        [[operations]]
        include-path = "/notify"
        checks.unsupported_method.enabled = false

        """

    /// The description is of every node. Of what it lets through, these are what the node of this test must take, so that a refusal is a
    /// fault: a threshold of its interval at least, and names without control characters.
    private static let narrowing: [(parameter: String, schema: String)] = [
        ("delayThreshold", #"{ type: string, pattern: "^[1-9][0-9]{5,8}s?$" }"#),
        ("projectKey", #"{ type: string, pattern: "^[A-Za-z][A-Za-z0-9_]{0,60}$" }"#),
        ("slug", #"{ type: string, pattern: "^[a-z0-9][a-z0-9._-]{0,60}$" }"#),
        ("project", #"{ type: string, pattern: "^[A-Za-z0-9_~-]{1,128}$" }"#),
    ]

    private static func narrowed(_ description: String) throws -> String {
        var text = description
        for (parameter, schema) in narrowing {
            let place = try #require(text.firstRange(of: "name: \(parameter)\n"), "the description has no \(parameter) any more")
            let line = try #require(text[place.upperBound...].firstRange(of: #/schema: [^\n]*/#), "\(parameter) has no schema in one line")
            text.replaceSubrange(line, with: "schema: \(schema)")
        }
        return text
    }

    @Test func description_IsKept_InThousandsOfCases() async throws {
        let scene = try Scene(["P/r", "P/s", "Q/broken"], extra: "sync: { interval: 5s, attempts: 1 }")
        try scene.script(#"rm -r "$GIT_DIR"/objects/??"#, in: "Q/broken")
        try await scene.synchronized()
        let configuration = scene.directory.path + "/schemathesis.toml"
        try Self.configuration.write(toFile: configuration, atomically: true, encoding: .utf8)
        let description = scene.directory.path + "/openapi.yaml"
        try Self.narrowed(try ProjectFile.text("conf/openapi.yaml")).write(toFile: description, atomically: true, encoding: .utf8)
        let words = [
            ProjectFile.path(".build/clients/bin/schemathesis"), "--config-file", configuration, "run", description,
            "--url", scene.node.base, "--max-examples", "\(Self.examples)", "--phases", "examples,coverage,fuzzing", "--seed", "1",
            "--request-timeout", "10", "--suppress-health-check", "all",
        ]
        let ended = try await onThread { try Shell(directory: scene.directory.path).attempt(words) }
        #expect(ended.status == 0, "\(ended.output.suffix(4000))")
        let cases = try #require(ended.output.firstMatch(of: #/(\d+) generated/#).flatMap { Int($0.output.1) })
        #expect(cases >= 2000, "\(ended.output.suffix(1000))")
        #expect(scene.node.isRunning && !scene.node.log.contains(#""level":"error","message":"internal"#))
    }
}
