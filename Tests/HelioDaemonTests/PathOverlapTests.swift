import Foundation
import HelioNode
import TestSupport
import Testing

@testable import HelioDaemon

struct PathOverlapTests {
    @Test(arguments: [
        ("/srv/git", "/srv/git", true), ("/srv/git", "/srv/git/data", true), ("/srv/git/", "/srv//git/./data", true),
        ("/srv/git/.", "/srv/git/data", true), ("/srv/git/../x", "/srv/x/data", true), ("/", "/srv", true), ("/..", "/srv", true),
        ("/srv/git", "/srv/git-data", false), ("/srv/git", "/srv/git/../data", false), ("/srv/a", "/srv/b", false),
    ])
    func paths_Overlap_HoweverTheyAreWritten(one: String, other: String, expected: Bool) {
        #expect(PathOverlap.asWritten(one, other) == expected)
        #expect(PathOverlap.asWritten(other, one) == expected)
    }

    @Test func upstream_IsRefused_WhereLinksLeadToTheNodesOwnData() async throws {
        let directory = try TemporaryDirectory()
        let data = directory.path + "/data"
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
        for (name, target) in [("above", directory.path), ("here", data), ("nowhere", "/nowhere")] {
            try FileManager.default.createSymbolicLink(atPath: directory.path + "/" + name, withDestinationPath: target)
        }
        for name in ["above", "here"] {
            let configuration = configuration(upstream: directory.path + "/" + name, data: data)
            let error = await #expect(throws: Failure.self) { try await configuration.refuseOwnCopies(within: .seconds(60)) }
            #expect(error?.reason == .rejected)
        }
        let harmless: [String?] = [directory.path + "/nowhere", "/usr", nil]
        for path in harmless { try await configuration(upstream: path, data: data).refuseOwnCopies(within: .seconds(60)) }
    }

    private func configuration(upstream path: String?, data: String) -> NodeConfiguration {
        var configuration = NodeConfiguration()
        configuration.node.data = data
        configuration.upstream.path = path
        return configuration
    }
}
