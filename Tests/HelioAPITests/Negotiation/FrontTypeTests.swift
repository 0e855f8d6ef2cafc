@testable import HelioAPI
import Testing

@Test(arguments: [
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", "text/html", "TEXT/HTML", "text/html;q=0.1",
    "text/html, */*", "text/plain;q=0.5, text/html", "*/*;q=0.5, text/html;q=0.6", "text/html;charset=utf-8",
]) func browser_GetsThePage(_ accept: String) { #expect(FrontType(accepting: Array(accept.utf8)) == .page) }

@Test(arguments: [
    "", "*/*", "text/*", "text/plain", "application/json", "text/html;q=0", "text/html;q=0.5, text/plain", "text/html;q=2", "text",
    "text/html;level=1", "*/*, text/html;q=0.5",
]) func everybodyElse_GetsTheLine(_ accept: String) { #expect(FrontType(accepting: Array(accept.utf8)) == .line) }
