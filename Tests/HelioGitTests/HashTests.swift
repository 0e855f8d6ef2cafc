import HelioGit
import HelioNode
import Testing

@Suite struct HashTests {
    @Test func metadataHash_IsOfTheSpecsExample() throws {
        let project = Project(id: ProjectID(7), key: "P0", name: "P0", isPublic: false)
        let repository = Repository(
            id: RepositoryID(9), name: try RepositoryName("P0/repo-0"), displayName: "repo-0", project: project, isPublic: false,
            description: nil, defaultBranch: .main)
        let json = #"{"project":{"id":7,"key":"P0","name":"P0","public":false},"repository":{"defaultBranch":"refs/heads/main","description":null,"id":9,"name":"repo-0","public":false,"slug":"repo-0"}}"#
        #expect(String(decoding: MetadataHash.canonicalJSON(of: repository), as: UTF8.self) == json)
        let farm = try Farm()
        let sum = try farm.sh("printf %s '\(json)' | sha256sum | cut -c1-64").trimmed
        #expect(MetadataHash.of(repository).description == sum)
    }

    @Test func canonicalJSON_EscapesOnlyWhatJSONMustEscape() throws {
        let project = Project(id: ProjectID(1), key: "K", name: "a\"\\/\u{8}\t\n\u{c}\r\u{1}\u{1f}é\u{7f}", isPublic: true)
        let repository = Repository(
            id: RepositoryID(2), name: try RepositoryName("K/s"), displayName: "s", project: project, isPublic: true,
            description: "", defaultBranch: nil)
        let text = String(decoding: MetadataHash.canonicalJSON(of: repository), as: UTF8.self)
        #expect(text.contains(#""name":"a\"\\/\b\t\n\f\r\u0001\u001fé"# + "\u{7f}\",\"public\":true}"))
        #expect(text.contains(#""defaultBranch":null,"description":"","#))
    }

    @Test func contentHash_OfAnEmptyRepository_IsThatOfItsHeadLine() throws {
        let farm = try Farm()
        let sum = try farm.sh("echo 'HEAD refs/heads/main' | sha256sum | cut -c1-64").trimmed
        #expect(ContentHash.of(RefSnapshot(format: .sha1, refs: [], head: .symbolic(.main))).description == sum)
    }

    @Test func derivedID_IsTheFirst53BitsOfTheNamesDigest() throws {
        let farm = try Farm()
        let hex = try farm.sh("printf %s 'A/B/c' | sha256sum | cut -c1-16").trimmed
        let word = try #require(UInt64(hex, radix: 16))
        #expect(DerivedID.repository(try RepositoryName("A/B/c")).value == Int64(word >> 11))
        #expect(DerivedID.project("A/B").value < 1 << 53)
    }

    @Test func checkCollisions_NamesBoth_WhenTwoNamesHaveOneID() throws {
        let project = Project(id: ProjectID(1), key: "K", name: "K", isPublic: false)
        let repositories = try ["K/a", "K/b"].map {
            Repository(
                id: RepositoryID(5), name: try RepositoryName(ByteString($0)), displayName: $0, project: project, isPublic: false,
                description: nil, defaultBranch: nil)
        }
        #expect { try DerivedID.checkCollisions(in: repositories) } throws: { "\($0)".contains("K/a and K/b") }
        try DerivedID.checkCollisions(in: [repositories[0], repositories[0]])
    }
}
