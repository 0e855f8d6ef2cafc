import Foundation

/// Bytes that somebody might send who wants two servers to see different requests in them, and what a node has to see.
struct FramingCase: CustomStringConvertible {
    /// What comes back when a node is asked directly.
    struct Reading: Equatable {
        /// Of the answers, one for each request.
        let statuses: [Int]
        /// Whether the next request on the same connection is read.
        let goesOn: Bool

        /// One answer, and whatever follows is not read.
        static func refused(_ status: Int) -> Reading { Reading(statuses: [status], goesOn: false) }
        static func read(_ statuses: Int...) -> Reading { Reading(statuses: statuses, goesOn: true) }
        static func last(_ statuses: Int...) -> Reading { Reading(statuses: statuses, goesOn: false) }
    }

    let name: String
    let bytes: [UInt8]
    let reading: Reading

    /// - Parameter text: each of its scalars is a byte, so that there can be bytes that are no UTF-8.
    init(_ name: String, _ text: String, _ reading: Reading) {
        self.name = name
        bytes = text.unicodeScalars.map { UInt8($0.value) }
        self.reading = reading
    }

    var description: String { name }

    /// How many of the answers are to a HEAD, whose length is that of a body that does not come. Such a request is the first.
    var heads: Int { bytes.starts(with: Array("HEAD ".utf8)) ? 1 : 0 }
}

/// Pieces of which the cases are made. Jolokia's answers repeat what was asked, so an answer tells which request it is for.
enum Hostile {
    /// A body that `/jolokia` takes: 18 bytes.
    static let body = #"{"type":"version"}"#
    /// In the answer to the request that some cases hide.
    static let mark = "smuggled:type=x"
    static let smuggled = "GET /jolokia/read/\(mark) HTTP/1.1\r\nHost: h\r\n\r\n"
    static let length = smuggled.utf8.count

    static func get(_ lines: String...) -> String { head("GET /livez HTTP/1.1", lines) }
    static func post(_ lines: String..., body: String = body) -> String { head("POST /jolokia HTTP/1.1", lines) + body }
    static func chunked(_ body: String) -> String { head("POST /jolokia HTTP/1.1", ["Transfer-Encoding: chunked"]) + body }
    static func target(_ target: String) -> String { head("GET \(target) HTTP/1.1", []) }
    static func line(_ line: String) -> String { head(line, []) }
    static func host(_ lines: String...) -> String { (["GET /livez HTTP/1.1"] + lines).joined(separator: "\r\n") + "\r\n\r\n" }

    static func many(_ count: Int, _ text: String = "a") -> String { String(repeating: text, count: count) }

    private static func head(_ requestLine: String, _ lines: [String]) -> String {
        ([requestLine, "Host: h"] + lines).joined(separator: "\r\n") + "\r\n\r\n"
    }
}
