@testable import HelioHTTP
import Testing

@Suite struct RoutingTests {
    private func find(_ path: String) -> Route? {
        var router = Router()
        for pattern in ["/status", "/a/{}", "/a/exact", "/projects/{key}/repos/{}", "/", "/tree/{...}"] { router.add(.get, pattern) { _, _ in } }
        let bytes = Array(path.utf8)
        return router.find(bytes.span, 0..<bytes.count)
    }

    @Test(arguments: [
        ("/status", "/status"), ("/", "/"), ("/a/exact", "/a/exact"), ("/a/other", "/a/{}"), ("/a/%41", "/a/{}"),
        ("/projects/A%2FB/repos/x", "/projects/{key}/repos/{}"), ("/tree/", "/tree/{...}"), ("/tree/a//b%2Fc/", "/tree/{...}"),
    ])
    func find_Matches(path: String, pattern: String) { #expect(find(path)?.pattern == pattern) }

    @Test(arguments: [
        "//status", "/./status", "/status/", "/STATUS", "/%73tatus", "/status;a", "", "/a", "/a/", "/a/b/c", "/a/x%2Fy", "/a/%c0%af",
        "/a/%0a", "/tree", "/tree/a/%c0%af", "/tree/a/%0a", "/projects/x/repos/%2e%2e%2f", "/projects//repos/x",
    ])
    func find_FindsNothing_ForOtherPaths(path: String) { #expect(find(path) == nil) }

    @Test func add_JoinsMethods_OnOnePattern() {
        var router = Router()
        router.add(.put, "/drain", bodyLimit: 5) { _, _ in }
        router.add(.get, "/drain", allowsOptions: true) { _, _ in }
        let bytes = Array("/drain".utf8)
        #expect(router.find(bytes.span, 0..<6)?.allow == "PUT, GET, HEAD, OPTIONS")
    }

    @Test func parameter_IsDecodedOnce() {
        let path = Array("/projects/A%2FB/repos/x%252F%C3%A9".utf8)
        let request = Request(
            method: .get, body: [], headBytes: path, pathRange: 0..<path.count, queryRange: path.count..<path.count,
            route: find("/projects/A/repos/x"), address: nil)
        #expect(request.parameter(0) == "A/B")
        #expect(request.parameter(1) == "x%2F\u{E9}")
    }

    @Test(arguments: [("/tree/", ""), ("/tree/a", "a"), ("/tree/a/b%2Fc%252F//", "a/b/c%2F//")])
    func parameter_KeepsSlashes_WhenItIsTheRest(path: String, value: String) {
        let bytes = Array(path.utf8)
        let request = Request(
            method: .get, body: [], headBytes: bytes, pathRange: 0..<bytes.count, queryRange: bytes.count..<bytes.count,
            route: find(path), address: nil)
        #expect(request.parameter(0) == value)
    }
}

@Suite struct QueryTests {
    @Test(arguments: [("a=1&b=2", "1"), ("b&a=", ""), ("a", ""), ("b=a&%61=x+y%2B", "x y+"), ("b", nil), ("", nil), ("&&a=1&", "1")])
    func value_IsDecoded(query: String, value: String?) throws { #expect(try Query(query).value("a") == value) }

    @Test(arguments: [
        ("a=1&a=1", QueryError.duplicate), ("a=1&%61=2", .duplicate), ("a=%zz", .malformed), ("%z=1", .malformed), ("a=%c0%af", .malformed),
        ("a=%0d%0a", .malformed), ((0..<65).map { "k\($0)" }.joined(separator: "&"), .tooMany),
    ])
    func value_Throws_ForWhatIsAmbiguous(query: String, error: QueryError) {
        #expect(throws: error) { try Query(query).value("a") }
    }

    @Test func value_LooksAtAsManyAsTheLimit() throws {
        #expect(try Query((0..<64).map { "k\($0)=\($0)" }.joined(separator: "&")).value("k63") == "63")
    }

    @Test(arguments: ["1e309", "-1", "101", "99999999999999999999", "", "+1", "0x1", " 1", "1.0"])
    func integer_Throws_OutsideItsRange(text: String) {
        #expect(throws: QueryError.outOfRange) { try Query("n=" + text.replacing("+", with: "%2B")).integer("n", in: 0...100) }
    }

    @Test func integer_IsRead() throws {
        #expect(try Query("n=-5").integer("n", in: -10...100) == -5)
        #expect(try Query("m=5").integer("n", in: 0...100) == nil)
    }
}

@Suite struct RenderingTests {
    @Test func date_IsIMFFixdate() {
        #expect(String(decoding: DateHeader.render(784_111_777), as: UTF8.self) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
    }

    @Test func date_IsMadeAnew_EachSecondOnly() {
        var date = DateHeader()
        date.refresh(now: 0)
        let first = date.line
        date.refresh(now: 0)
        #expect(date.line == first && !first.isEmpty)
        date.refresh(now: 5_000_000_000)
        #expect(date.line.count == first.count)
    }

    @Test func error_IsJSON_AndEscapesItsMessage() {
        let body = String(decoding: ErrorBody.render("a\"\\\n\u{E9}"), as: UTF8.self)
        #expect(body == "{\"errors\":[{\"context\":null,\"message\":\"a\\\"\\\\\\u000a\u{E9}\",\"exceptionName\":null}]}")
    }

    @Test func header_CannotBeSplit() {
        var output: [UInt8] = []
        ResponseHead.appendHeaders([("A", "b\r\nC: d\0")], to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "A: b  C: d \r\n")
    }

    @Test(arguments: Refusal.allCases)
    func refusal_HasAnErrorStatus(refusal: Refusal) {
        #expect((400...505).contains(refusal.status) && !refusal.message.isEmpty && StatusLine.reason(refusal.status) != "Error")
    }
}
