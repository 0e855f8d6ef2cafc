@testable import HelioAPI
@testable import HelioNode
import Testing

/// `repo-hashes` documents read back.
@Suite struct HashesReadTests {
    private static let hash = String(repeating: "ab", count: 32)
    private static let zeros = String(repeating: "0", count: 40)

    private func read(_ text: String) throws(HashesProblem) -> [HashedRepository] { try RepositoryHashes.read(Array(text.utf8)) }

    @Test(arguments: [0, 1, 300]) func whatANodeStreams_IsReadBack(count: Int) throws {
        let catalogue = try Sample.catalogue(of: count)
        var document: [UInt8] = []
        RepositoryHashes.write(catalogue) { document += $0 }
        let found = try RepositoryHashes.read(document)
        #expect(found.map(\.id) == catalogue.ids)
        #expect(found.map(\.project) == catalogue.entries.map { $0.repository.project.id })
        #expect(found.allSatisfy { $0.content == Sample.content && $0.metadata == Sample.metadata })
        // Cut anywhere, it is no document.
        for end in stride(from: 0, to: document.count, by: max(document.count / 60, 1)) {
            #expect(throws: HashesProblem.self, "cut at \(end)") { try RepositoryHashes.read(Array(document.prefix(end))) }
        }
    }

    @Test func otherServers_OrderTheirFieldsOtherwise_AndTellMore() throws {
        let found = try read(
            """
             { "size" : 1 , "projects" : [ { "repositories" : [ { "hashes" : { "x" : [ {} ] , "content" : "\(Self.hash)" } , "slug" : "r" , "id" : 7 } ] ,
             "key" : "P" , "id" : -3 , "public" : true } , { "id" : 4 , "repositories" : [ ] } ] , "more" : null }
            """)
        #expect(found.map(\.id.value) == [7] && found.map(\.project.value) == [-3] && found.first?.metadata == .unknown)
        #expect(try read(#"{"projects":[{"id":1,"repositories":[{"id":1,"hashes":{"content":"\#(Self.zeros)"}}]}]}"#).first?.content == .unknown)
    }

    private static func document(_ repository: String) -> String { #"{"projects":[{"id":1,"repositories":[\#(repository)]}]}"# }
    private static let good = #"{"id":1,"hashes":{"content":"\#(hash)"}}"#

    @Test(arguments: [
        ("", "empty"), ("[]", "not the JSON"), ("{}", "no projects"), ("<html>", "not the JSON"), (#"{"errors":[]}"#, "no projects"),
        (#"{"projects":{}}"#, "not the JSON"), (#"{"projects":[]} x"#, "follows"), (#"{"projects":[],"projects":[]}"#, "twice"),
        (#"{"projects":[{"repositories":[]}]}"#, "no id"), (#"{"projects":[{"id":1e3,"repositories":[]}]}"#, "whole number"),
        (document(good + "," + good), "repository 1 stands in it twice"), (document(#"{"hashes":{"content":"\#(hash)"}}"#), "no id"),
        (document(#"{"id":1,"id":2,"hashes":{"content":"\#(hash)"}}"#), "two ids"), (document(#"{"id":1}"#), "no content hash"),
        (document(#"{"id":1,"hashes":{"metadata":"\#(hash)"}}"#), "no content hash"), (document(#"{"id":1,"hashes":{"content":"ab"}}"#), "64"),
        (document(#"{"id":99999999999999999999,"hashes":{}}"#), "whole number"), (document(#"{"id":1,"hashes":null}"#), "not the JSON"),
        (#"{"x":\#(String(repeating: "[", count: 100_000))"#, "nested"), (#"{"projects":[\#(String(repeating: "[", count: 100_000))"#, "not the JSON"),
        (#"{"x":"\u{0}"}"#, "not the JSON"), (document(#"{"id":1,"hashes":{"content":"\#(hash)"}"#), "not the JSON"),
    ])
    func document_ThatIsNone_IsRefusedInWords(text: String, words: String) {
        let problem = #expect(throws: HashesProblem.self) { try read(text) }
        #expect(problem?.description.contains(words) == true, "\(problem?.description ?? "-")")
    }
}
