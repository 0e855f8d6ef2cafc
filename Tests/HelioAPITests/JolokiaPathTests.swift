@testable import HelioAPI
import Testing

struct JolokiaPathTests {
    @Test(arguments: [
        ["a", "b"], ["a/b", "c!d"], ["", "a"], ["!", "/"], ["!!", "!/"],
        // A mark makes one `Character` of the slash or the `!` before it.
        ["/\u{301}", "!\u{301}"],
    ])
    func parts_ComeBack_FromTheirPath(parts: [String]) {
        let path = JolokiaPath.join(parts)
        #expect(JolokiaPath.split(path).map { Array($0.utf8) } == parts.map { Array($0.utf8) }, "\(path)")
    }

    @Test func escape_MeansNothing_BeforeAnythingElse() {
        #expect(JolokiaPath.split("a!b/c!") == ["ab", "c"])
        #expect(JolokiaPath.split("") == [] && JolokiaPath.split("a/") == ["a"] && JolokiaPath.split("/a") == ["", "a"])
    }
}
