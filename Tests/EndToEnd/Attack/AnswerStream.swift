import Foundation

/// All that came on a connection, read as the answers of HTTP/1.1 that it has to be.
struct AnswerStream {
    struct Answer {
        let status: Int
        /// Whether it is said to be the last.
        let closes: Bool
        let body: [UInt8]
    }

    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    let answers: [Answer]

    var statuses: [Int] { answers.map(\.status) }

    /// - Parameter heads: how many answers, from the first, are to a HEAD and have no body whatever their length.
    init(_ bytes: [UInt8], heads: Int) throws {
        var (rest, answers) = (bytes[...], [Answer]())
        while !rest.isEmpty {
            let answer = try Self.next(&rest, isHead: answers.count < heads)
            if answer.status != 100 { answers.append(answer) }
        }
        self.answers = answers
    }

    private static func next(_ rest: inout ArraySlice<UInt8>, isHead: Bool) throws -> Answer {
        guard let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) else { throw unreadable(rest) }
        let head = String(decoding: rest[..<end.lowerBound], as: UTF8.self).replacing("\r\n", with: "\n").split(separator: "\n")
        let match = head.first?.firstMatch(of: #/^HTTP/1\.[01] (\d{3})/#)
        guard let status = match.flatMap({ Int($0.output.1) }) else { throw unreadable(rest) }
        let fields = head.dropFirst().map { $0.lowercased() }
        let length = fields.first { $0.hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
        let size = isHead || status == 100 ? 0 : length ?? 0
        guard rest.endIndex - end.upperBound >= size else { throw unreadable(rest) }
        let body = Array(rest[end.upperBound..<(end.upperBound + size)])
        rest = rest[(end.upperBound + size)...]
        return Answer(status: status, closes: fields.contains("connection: close"), body: body)
    }

    private static func unreadable(_ rest: ArraySlice<UInt8>) -> Unreadable {
        Unreadable(description: "no answer begins: \(String(decoding: rest.prefix(200), as: UTF8.self).debugDescription)")
    }
}
