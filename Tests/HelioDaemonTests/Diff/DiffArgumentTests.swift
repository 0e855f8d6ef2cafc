import Foundation
import TestSupport
import Testing

@testable import HelioDaemon

/// What somebody means by a side.
struct DiffArgumentTests {
    private let directory: TemporaryDirectory
    private var root: String { directory.path }

    init() throws { directory = try TemporaryDirectory() }

    private func make(_ paths: String...) throws {
        for path in paths {
            let path = root + "/" + path
            if path.hasSuffix("/") {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            } else {
                try FileManager.default.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
                try Data("node: { data: ./data }\n".utf8).write(to: URL(filePath: path))
            }
        }
    }

    private func usage(_ text: String) -> String? {
        do throws(DiffProblem) { _ = try DiffArgument(text) } catch { if case .usage(let message) = error { return message } }
        return nil
    }

    @Test func addresses_SocketsAndStandardInput() throws {
        #expect(try DiffArgument("http://mirror-1:7990") == .node(.tcp(host: "mirror-1", port: 7990)))
        #expect(try DiffArgument("-") == .standardInput)
        #expect(try DiffArgument("https://mirror-1") == .node(.tcp(host: "mirror-1", port: 443, isSecure: true)))
        #expect(usage("ftp://x") != nil)
        let peer = Peer(.isSilent, path: root + "/s")
        #expect(try DiffArgument(root + "/s") == .node(.socket(root + "/s")))
        _ = peer
    }

    @Test func files_AreHashesOrAConfiguration() throws {
        try Data(" \n {\"projects\":[]}".utf8).write(to: URL(filePath: root + "/h.json"))
        try Data().write(to: URL(filePath: root + "/empty"))
        try make("c.yaml")
        #expect(try DiffArgument(root + "/h.json") == .hashes(root + "/h.json"))
        #expect(try DiffArgument(root + "/empty") == .hashes(root + "/empty"))
        #expect(try DiffArgument(root + "/c.yaml") == .node(.socket(root + "/data/heliostat.sock")))
        try Data("node: { data: [] }\n".utf8).write(to: URL(filePath: root + "/bad.yaml"))
        let problem = #expect(throws: DiffProblem.self) { try DiffArgument(root + "/bad.yaml") }
        guard case .configuration? = problem else { throw NeverHappened("a configuration is told from other mistakes") }
    }

    @Test func directories_AreANodeOrAnUpstream() throws {
        try make("data/heliostat.db", "data/repositories/P/r.git/", "data/trash/1-x/P/s.git/", "up/A/B/c.git/", "flat/r.git/")
        #expect(try DiffArgument(root + "/data") == .node(.socket(root + "/data/heliostat.sock")))
        #expect(try DiffArgument(root + "/up") == .upstream(root + "/up"))
        #expect(try DiffArgument(root + "/flat") == .upstream(root + "/flat"))
        try make("heliostat.yaml")
        // The node's own copies below its data are no upstream, but up and flat are.
        #expect(usage(root)?.contains("node:\(root)/data/heliostat.sock or upstream:\(root)") == true)
        try FileManager.default.removeItem(atPath: root + "/up")
        try FileManager.default.removeItem(atPath: root + "/flat")
        #expect(try DiffArgument(root) == .node(.socket(root + "/data/heliostat.sock")))
    }

    @Test func whatMayBeTwoThings_IsNotGuessed() throws {
        try make("both/heliostat.db", "both/P/r.git/", "two/heliostat.sock", "two/heliostat.yaml")
        #expect(usage(root + "/both")?.contains("node:\(root)/both/heliostat.sock or upstream:\(root)/both") == true)
        #expect(usage(root + "/two")?.contains("node:\(root)/two/heliostat.sock or node:\(root)/two/data/heliostat.sock") == true)
        #expect(try DiffArgument("node:" + root + "/both") == .node(.socket(root + "/both/heliostat.sock")))
        #expect(try DiffArgument("upstream:" + root + "/both") == .upstream(root + "/both"))
        #expect(try DiffArgument("hashes:" + root + "/two/heliostat.yaml") == .hashes(root + "/two/heliostat.yaml"))
        #expect(usage("node:" + root + "/two") != nil)
    }

    @Test func whatIsNothing_IsSaidToBeNothing() throws {
        try make("empty/", "r.git/objects/", "r.git/HEAD")
        #expect(usage(root + "/empty")?.contains("upstream:\(root)/empty") == true)
        #expect(usage(root + "/r.git")?.contains("one repository") == true)
        let problem = #expect(throws: DiffProblem.self) { try DiffArgument(root + "/none") }
        guard case .incomparable(let why)? = problem else { throw NeverHappened("a missing file is no wrong usage") }
        #expect(why.contains("No such file") && why.contains("http://"))
    }

    @Test func standardInput_IsReadOnce() {
        #expect(throws: DiffProblem.self) { try Diff("-", "-", Diff.Options()) }
    }

    @Test(arguments: [
        ("30s", Duration.seconds(30)), ("0s", .zero), ("1d", .seconds(86_400)), ("250ms", .milliseconds(250)), ("25h", nil), ("30", nil),
        ("", nil), ("-1s", nil), ("1.5s", nil), ("s", nil), ("99999999999999999999s", nil), ("9223372036854775807d", nil), ("1y", nil),
    ])
    func tolerance_IsANumberWithAUnit(text: String, duration: Duration?) {
        #expect(DiffTolerance.parse(text) == duration)
    }
}
