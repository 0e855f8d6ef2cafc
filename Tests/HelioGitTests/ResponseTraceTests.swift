import HelioNode
import TestSupport
import Testing

@testable import HelioGit

@Suite struct ResponseTraceTests {
    private static let now = WallTime(millisecondsSince1970: 784_111_777_000)

    private func asked(_ lines: String...) -> Duration? {
        let trace = lines.map { "03:46:05.366253 http.c:684              " + $0 + "\r\n" }.joined()
        return ResponseTrace.retryAfter(in: Array(trace.utf8), now: Self.now)
    }

    @Test func retryAfter_IsThatOfTheLastAnswer() {
        #expect(asked("<= Recv header: HTTP/1.1 429 Too Many Requests", "<= Recv header: Retry-After: 600") == .seconds(600))
        #expect(asked("<= Recv header: HTTP/2 503", "<= Recv header: retry-after: Sun, 06 Nov 1994 08:50:37 GMT") == .seconds(60))
        #expect(asked("<= Recv header: HTTP/1.1 302 Found", "<= Recv header: Retry-After: 9", "<= Recv header: HTTP/1.1 429 x") == nil)
    }

    @Test func otherLines_AreNone() {
        #expect(asked() == nil)
        #expect(asked("=> Send header: Retry-After: 600") == nil)
        #expect(asked("<= Recv header: Retry-After: soon", "<= Recv header: X-Retry-After: 5", "<= Recv header: retry-after") == nil)
    }

    @Test func hostsOfOtherSchemes_ShowNothing() async throws {
        let directory = try TemporaryDirectory()
        let layout = try DataLayout(data: directory.path)
        #expect(await ResponseTrace(of: nil, layout: layout).environment.isEmpty)
        #expect(await ResponseTrace(of: FetchSource(directory: "/"), layout: layout).retryAfter() == nil)
    }
}
