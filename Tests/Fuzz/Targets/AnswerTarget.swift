@testable import HelioDaemon

/// An answer as the command line reads it: the same however it arrives, kept or streamed, and with one end only.
struct AnswerTarget: FuzzTarget {
    let name = "answer"
    let maximumLength = 768

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let whole = AnswerReading([input[...]])
        for pieces in Pieces.ways(input) {
            let pieced = AnswerReading(pieces)
            try promise(whole == pieced, "whole: \(whole); in pieces: \(pieced)")
        }
        let kept = Self.keep(input)
        try promise(kept == whole.answer, "streamed: \(whole); kept: \(kept.map { "\($0)" } ?? "refused")")
        guard let answer = whole.answer else { return }
        let lines = try Self.headLines(of: input)
        try Self.checkFraming(of: lines, answer, input)
        try Self.checkRewritten(answer)
    }

    private static func keep(_ input: [UInt8]) -> Answer? {
        var parser = AnswerParser()
        do throws(Malformed) {
            if let answer = try parser.take(input[...], isEnd: false) { return answer }
            return try parser.take([], isEnd: true)
        } catch {
            return nil
        }
    }

    private static func headLines(of input: [UInt8]) throws(BrokenPromise) -> [String] {
        guard let end = input.indices.first(where: { input[$0...].starts(with: "\r\n\r\n".utf8) }) else {
            throw BrokenPromise("an answer without the end of a head is accepted")
        }
        let lines = input[..<end].split(separator: 0x0A, omittingEmptySubsequences: false)
        try promise(lines.dropLast().allSatisfy { $0.last == 0x0D }, "a line that ends in LF alone is accepted")
        let plain = lines.enumerated().map { $0.offset < lines.count - 1 ? $0.element.dropLast() : $0.element }
        try promise(plain.allSatisfy { $0.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 } }, "a control character is accepted")
        return plain.map { String(decoding: $0, as: UTF8.self) }
    }

    /// What another reader could take for another end is refused.
    private static func checkFraming(of lines: [String], _ answer: Answer, _ input: [UInt8]) throws(BrokenPromise) {
        try promise(lines[0].hasPrefix("HTTP/1.1 ") || lines[0].hasPrefix("HTTP/1.0 "), "\(lines[0]) is accepted")
        try promise((200...599).contains(answer.status), "the status \(answer.status) is accepted")
        let fields = lines.dropFirst().map { line in
            let colon = line.utf8.firstIndex(of: 0x3A) ?? line.endIndex
            return (name: line[..<colon].lowercased(), value: line[colon...].dropFirst().lowercased().filter { $0 != " " && $0 != "\t" })
        }
        let lengths = fields.filter { $0.name == "content-length" }.map(\.value)
        let codings = fields.filter { $0.name == "transfer-encoding" }.map(\.value)
        try promise(lengths.count + codings.count <= 1, "lengths \(lengths) and codings \(codings) are accepted together")
        try promise(codings.allSatisfy { $0 == "chunked" }, "the coding \(codings) is accepted")
        try promise(fields.allSatisfy { !$0.name.isEmpty && !$0.name.utf8.contains { $0 <= 0x20 } }, "a header name is accepted: \(fields)")
        guard answer.status != 204, answer.status != 304, codings.isEmpty else { return }
        let size = input.count - lines.reduce(2) { $0 + $1.utf8.count + 2 }
        // The text of a line that is no UTF-8 is longer than its bytes.
        guard lines.allSatisfy({ !$0.unicodeScalars.contains("\u{FFFD}") }) else { return }
        try promise(answer.body.count == lengths.first.flatMap { Int($0) } ?? size, "\(answer.body.count) bytes are read of a body of \(size), \(lengths)")
    }

    private static func checkRewritten(_ answer: Answer) throws(BrokenPromise) {
        let hasBody = answer.status != 204 && answer.status != 304
        try promise(hasBody || answer.body.isEmpty, "a \(answer.status) has a body")
        let head = "HTTP/1.1 \(answer.status) \r\n" + (hasBody ? "Content-Length: \(answer.body.count)\r\n" : "") + "\r\n"
        try promise(AnswerReading([Array(head.utf8) + answer.body]).answer == answer, "\(answer) is not read again")
    }
}

/// What a stream makes of bytes after which the peer closes.
struct AnswerReading: Equatable {
    /// nil when it is refused.
    private(set) var answer: Answer?

    init(_ pieces: [[UInt8]]) { self.init(pieces.map { $0[...] }) }

    /// - Parameter beginning: what has read what came before the pieces.
    init(_ pieces: [ArraySlice<UInt8>], after beginning: AnswerStream = AnswerStream(atMost: AnswerParser.maximumSize)) {
        var stream = beginning
        var body: [UInt8] = []
        do throws(Malformed) {
            for (piece, isEnd) in pieces.map({ ($0, false) }) + [([], true)] where answer == nil {
                guard try stream.take(piece, isEnd: isEnd, { body += $0 }), let status = stream.status else { continue }
                answer = Answer(status: status, body: body)
            }
        } catch {
            answer = nil
        }
    }
}
