@testable import HelioGit
import HelioNode
import Testing

@Suite struct RefFormatTests {
    @Test func isLegal_AgreesWithGit() throws {
        let farm = try Farm()
        let names = [
            "refs/heads/a", "refs/heads/-a", "refs/heads/a.lock", "refs/heads/a.lock/b", "refs/heads/.a", "refs/heads/a.", "refs/a..b",
            "refs/heads/a b", "refs/heads//a", "refs/heads/a/", "refs/@", "refs/heads/@", "refs/heads/@{", "refs/heads/a@b", "refs/heads/a*",
            "refs/heads/a\\b", "refs/heads/a[", "refs/heads/a^", "refs/heads/a~", "refs/heads/a:", "refs/heads/a?", "refs/heads/\u{7f}",
            "refs/heads/é", "refs/heads/a.b", "refs/heads/{", "refs/heads/lock", "refs/heads/.lock",
        ]
        for name in names {
            let verdict = try farm.sh("git check-ref-format \"$N\" && echo yes || echo no", environment: ["N": name]).trimmed
            #expect(RefFormat.isLegal(RefName(ByteString(name))) == (verdict == "yes"), "\(name)")
        }
        #expect(!RefFormat.isLegal("heads/a") && !RefFormat.isLegal("refs/heads/a\nb") && !RefFormat.isLegal("refs/heads/a\0"))
    }

    @Test(arguments: [
        ("refs/pull", "refs/pull/1/head", true), ("refs/pull", "refs/pulled", false), ("refs/pull/", "refs/pull/1", true),
        ("refs/pull/*", "refs/pull/7/head", false), ("refs/pull/**", "refs/pull/7/head", true), ("refs/*/tmp", "refs/a/tmp", true),
        ("refs/*/tmp", "refs/a/b/tmp", false), ("refs/*/tmp", "refs/a/tmp/x", false),
        ("refs/heads/tmp-*", "refs/heads/tmp-1", true), ("refs/heads/tmp-*", "refs/heads/tmp-1/x", false),
        ("refs/**/x", "refs/a/b/x", true), ("refs/*/x", "refs/a/b/x", false), ("refs/**x*", "refs/x/xy", true), ("refs/**x*", "refs/x/y", false), ("refs/heads/?", "refs/heads/a", true),
        ("refs/heads/?", "refs/heads/ab", false), ("", "refs/heads/a", false), ("refs/heads/main", "refs/heads/main", true),
    ])
    func patterns_MatchAsForEachRefsDo(_ pattern: String, _ name: String, _ expected: Bool) {
        #expect(RefPatterns([pattern]).match(RefName(ByteString(name))) == expected)
    }

    @Test(arguments: [
        ("", "refs", true), ("", "refs/heads", true), ("", "refs/heads/.hidden", false), ("", "refs/heads/a b", false),
        ("", "refs/heliostat", false), ("refs/pull", "refs/pull", false), ("refs/pull", "refs/pull/1", false), ("refs/pull", "refs", true),
        ("refs/pull/**", "refs/pull", false), ("refs/pull/*", "refs/pull", true), ("refs/heads/x", "refs/heads", true),
        ("refs/heads/?", "refs/heads", true), ("refs/pull/*/merge", "refs/pull", true),
    ])
    func directory_MayBeClosed_OnlyWhereNothingIsAdmitted(_ pattern: String, _ directory: String, _ expected: Bool) {
        #expect(RefFilter(excluded: RefPatterns([pattern])).admits(below: Array(directory.utf8)) == expected)
    }

    @Test func brokenRefs_AreThoseThatAreAdmitted() {
        let words = """
            warning: ignoring broken ref refs/heads/a
            warning: ignoring ref with broken name refs/heads/b
            warning: ignoring broken ref refs/pull/1
            warning: ignoring broken ref refs/heads/caf\u{e9}
            fatal: warning: ignoring broken ref refs/heads/c

            """
        let filter = RefFilter(excluded: RefPatterns(["refs/pull"]))
        #expect(RefLines.broken(Array(words.utf8), filter: filter) == ["refs/heads/a", "refs/heads/caf\u{e9}"])
        #expect(RefLines.broken([], filter: filter).isEmpty)
    }

    /// Each star more would multiply the time, did it try and go back: this took longer than anybody waits.
    @Test(arguments: ["*a", "**a"]) func pattern_OfManyStars_IsRefusedInTime(_ part: String) {
        let pattern = RefPatterns(["refs/" + String(repeating: part, count: 64) + "b"])
        let name = RefName(ByteString("refs/" + String(repeating: "a", count: 4096)))
        let start = ContinuousClock.now
        #expect(!pattern.match(name))
        #expect(.now - start < .seconds(10))
        #expect(pattern.match(RefName(ByteString("\(name)b"))))
    }

    @Test func parseRemote_RefusesWhatNoServerShouldSend() throws {
        let filter = RefFilter(excluded: RefPatterns([]))
        let oid = String(repeating: "a", count: 40)
        for output in ["\(oid) refs/heads/a\n", "zz\trefs/heads/a\n", "\(oid)\trefs/heads/a\n\(oid)\trefs/heads/a\n",
            "\(oid)\trefs/heads/a\n\(String(repeating: "b", count: 64))\trefs/heads/b\n", "garbage\n"] {
            #expect(throws: Failure.self) { try RefLines.parseRemote(Array(output.utf8), filter: filter) }
        }
        let evil = "ref: refs/heads/../../../x\tHEAD\n\(oid)\tHEAD\n\(oid)\trefs/heads/a\n\(oid)\trefs/heads/a..b\n\(oid)\trefs/tags/t^{}\n"
        let told = try RefLines.parseRemote(Array(evil.utf8), filter: filter)
        #expect(told.refs.map(\.name) == ["refs/heads/a"])
        #expect(told.head.map { if case .symbolic = $0 { false } else { true } } ?? true)
    }
}
