import Foundation
import Testing

/// Links of the documentation, followed as in a viewer of Markdown and in the folder where the package puts the pages.
struct LinkTests {
    private static let folder = "Sources/HelioDaemon/Documentation.docc"

    @Test func links_LeadToFilesAndTheirHeadings() throws {
        let pages = try Repository.names(in: Self.folder).filter { $0.hasSuffix(".md") }.map { "\(Self.folder)/\($0)" }
        var count = 0
        for page in pages + ["README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md"] {
            let text = try Repository.text(of: page)
            #expect(!text.contains("<doc:"), "\(page) has a link that leads nowhere without DocC")
            for target in Markdown.targets(in: text) {
                try expectLeads(target.path, target.heading, from: page)
                count += 1
            }
        }
        #expect(count > 30, "the links were not found")
    }

    private func expectLeads(_ path: String, _ heading: String?, from page: String) throws {
        let from = Repository.top.appending(path: page)
        let target = path.isEmpty ? from : from.deletingLastPathComponent().appending(path: path)
        guard FileManager.default.fileExists(atPath: target.path) else {
            Issue.record("\(page) links to \(path), which is not there")
            return
        }
        guard let heading else { return }
        let headings = Markdown.headings(in: try String(contentsOf: target, encoding: .utf8))
        #expect(headings.contains(heading), "\(page) links to \(path)#\(heading)")
    }

    @Test func links_AreRead() {
        let text = "# A page\n\n## Rows, of it\n\n![plot](Resources/a.svg), [there](B.md#c), [here](#rows-of-it), [out](https://a.b/)\n"
        #expect(Markdown.targets(in: text).map(\.path) == ["Resources/a.svg", "B.md", ""])
        #expect(Markdown.targets(in: text).map(\.heading) == [nil, "c", "rows-of-it"])
        #expect(Markdown.headings(in: text) == ["a-page", "rows-of-it"])
    }
}
