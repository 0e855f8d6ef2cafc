import HelioNode
import Testing

@Suite struct RunScopeTests {
    @Test func scope_IsReadBack() throws {
        let names = ["P/r", "A/B/c", "ROOT/x y", "\u{301}x/\u{301}y"]
        var scopes: [RunScope] = [.all, .project("P"), .project("two words"), .project("\u{301}x"), .project("")]
        for name in names { scopes.append(.repository(try RepositoryName(ByteString(name)))) }
        for scope in scopes { #expect(RunScope(scope.description) == scope) }
    }

    @Test(arguments: ["", "unknown", "all of it", "project", "repository r", "repositoryP/r", " all"]) func otherWords_AreNoScope(text: String) {
        #expect(RunScope(text) == nil)
    }
}
