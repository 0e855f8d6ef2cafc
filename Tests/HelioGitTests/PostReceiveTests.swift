import Foundation
import Testing

/// The hook with a real push and a program in heliostat's place.
@Suite struct PostReceiveTests {
    private static let hook = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("conf/post-receive").path

    /// - Returns: what the push printed, and the arguments that the program got.
    private func push(_ name: String, program: String, root: String = "up", pathless: Bool = false) throws -> (String, String) {
        let farm = try Farm()
        try farm.make(name)
        try farm.sh("mkdir -p bin 'up/\(name).git/hooks' && cp '\(Self.hook)' 'up/\(name).git/hooks/post-receive' && touch arguments")
        try "#!/bin/sh\n\(program)\n".write(toFile: farm.root + "/bin/heliostat", atomically: false, encoding: .utf8)
        try farm.sh("chmod 755 bin/heliostat 'up/\(name).git/hooks/post-receive'")
        let environment = [
            "PATH": (pathless ? "" : farm.root + "/bin:") + (Shell.git["PATH"] ?? ""), "HELIOSTAT_ROOT": farm.root + "/" + root,
            "HELIOSTAT_URLS": "http://a:1 http://b:2", "HELIOSTAT_TOKEN_FILE": "/t", "ARGUMENTS": farm.root + "/arguments",
        ]
        let printed = try farm.sh("cd 'work/\(name)' && echo 2 > file && git commit -qam 2 && git push origin HEAD:main 2>&1", environment: environment)
        return (printed, try farm.sh("cat arguments"))
    }

    @Test func push_TellsEveryMirrorTheRepositorysName() throws {
        let (printed, arguments) = try push("A/B/with space", program: "printf '%s|' \"$@\" > \"$ARGUMENTS\"")
        #expect(arguments == "notify|--timeout|0.7|--token-file|/t|--url|http://a:1|--url|http://b:2|--|A/B/with space|")
        #expect(!printed.contains("not notified"))
    }

    @Test func push_NamesARepositoryAtTheRoot() throws {
        #expect(try push("top", program: "printf '%s|' \"$@\" > \"$ARGUMENTS\"").1.hasSuffix("--|ROOT/top|"))
    }

    @Test func push_Succeeds_WhenNotifyingFails() throws {
        #expect(try push("P/r", program: "exit 1").0.contains("mirrors not notified"))
        #expect(try push("P/r", program: "exit 1", pathless: true).0.contains("mirrors not notified"))
        #expect(try push("P/r", program: "exit 0", root: "work").0.contains("not a repository below"))
    }

    @Test func push_WaitsNoLongerThanASecond_WhenNotifyingHangs() throws {
        let start = ContinuousClock.now
        #expect(try push("P/r", program: "trap '' TERM; while :; do sleep 1; done").0.contains("took too long"))
        // Making the repository and pushing take their own time; without the limit it would never end.
        #expect(ContinuousClock.now - start < .seconds(20))
    }
}
