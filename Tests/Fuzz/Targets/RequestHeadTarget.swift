@testable import HelioHTTP

/// The head of a request: read the same however it arrives, and only when nobody could read it otherwise.
struct RequestHeadTarget: FuzzTarget {
    let name = "request-head"
    let maximumLength = 768

    /// Small, so that inputs reach the limits.
    private static let limits = {
        var limits = Configuration()
        limits.headBytes = 512
        limits.targetBytes = 96
        limits.headers = 8
        return limits
    }()

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let whole = Self.read([input[...]])
        for pieces in Pieces.ways(input) {
            let pieced = Self.read(pieces)
            try promise(whole == pieced || Self.isRefusedEarly(pieced, whole), "whole: \(whole); in pieces: \(pieced)")
        }
        guard case .success(let head?) = whole else { return }
        let lines = try Self.lines(of: head, in: input)
        try Self.checkFraming(head, lines)
        try Self.checkRewritten(head, lines, input)
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> Result<RequestHead?, Refusal> {
        var parser = HeadParser()
        var received: [UInt8] = []
        do throws(Refusal) {
            for piece in pieces {
                received += piece
                if let head = try parser.parse(received.span, limits) { return .success(head) }
            }
            return .success(nil)
        } catch {
            return .failure(error)
        }
    }

    /// A request line that is longer than any good one is refused before its end is there, where its other mistakes are not seen yet.
    private static func isRefusedEarly(_ pieced: Result<RequestHead?, Refusal>, _ whole: Result<RequestHead?, Refusal>) -> Bool {
        guard case .failure(.targetTooLong) = pieced, case .failure = whole else { return false }
        return true
    }

    /// The header lines by the plainest reading there is.
    private static func lines(of head: RequestHead, in input: [UInt8]) throws(BrokenPromise) -> [(name: [UInt8], value: [UInt8])] {
        let bytes = input[head.start..<head.end]
        try promise(bytes.suffix(4).elementsEqual("\r\n\r\n".utf8), "the head ends in an empty line")
        let lines = bytes.dropLast(4).split(separator: 0x0A, omittingEmptySubsequences: false)
        try promise(lines.dropLast().allSatisfy { $0.last == 0x0D }, "every line ends in CRLF")
        try promise(bytes.count { $0 == 0x0D } == lines.count + 1, "no carriage return stands alone")
        try promise(lines.count == head.headers + 1, "\(head.headers) headers are counted, \(lines.count - 1) are there")
        return lines.dropFirst().map { line in
            let line = line.last == 0x0D ? line.dropLast() : line
            let name = line.prefix { $0 != 0x3A }
            return (name.map(lowercased), Array(trimmed(line.dropFirst(name.count + 1))))
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 0x20 : byte }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        return text.drop(while: isSpace).reversed().drop(while: isSpace).reversed()[...]
    }

    /// What decides where the request ends has to be said once, and plainly.
    private static func checkFraming(_ head: RequestHead, _ lines: [(name: [UInt8], value: [UInt8])]) throws(BrokenPromise) {
        let lengths = lines.filter { $0.name.elementsEqual("content-length".utf8) }.map(\.value)
        try promise(lengths.count <= 1, "two lengths are accepted")
        let length = lengths.first.map { String(decoding: $0, as: UTF8.self) }
        try promise(length?.utf8.allSatisfy { (0x30...0x39).contains($0) } ?? true, "the length \(length ?? "") is accepted")
        try promise(length.flatMap { Int($0) } == head.contentLength, "the length \(length ?? "none") is read as \(head.contentLength ?? -1)")
        let names = lines.map { String(decoding: $0.name, as: UTF8.self) }
        try promise(!names.contains("transfer-encoding"), "a transfer coding is accepted")
        try promise(names.count { $0 == "host" } == head.hosts && head.hosts <= 1, "hosts: \(head.hosts)")
        try promise(head.hosts == 1 || head.isHTTP10, "HTTP/1.1 without a host is accepted")
        try promise(names.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }, "a name is accepted: \(names)")
        try promise(lines.allSatisfy { $0.value.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 } }, "a control character is accepted")
    }

    /// Written again without what may vary, the head means the same.
    private static func checkRewritten(
        _ head: RequestHead, _ lines: [(name: [UInt8], value: [UInt8])], _ input: [UInt8]
    ) throws(BrokenPromise) {
        var text = Array(input[head.start..<head.targetEnd])
        text += Array(" HTTP/1.\(head.isHTTP10 ? 0 : 1)\r\n".utf8)
        for line in lines { text += line.name + [0x3A] + line.value + [0x0D, 0x0A] }
        text += [0x0D, 0x0A]
        guard case .success(var again?) = read([text[...]]) else { throw BrokenPromise("not read again: \(shown(text))") }
        var first = head
        for path in [\RequestHead.start, \.end, \.targetStart, \.targetEnd, \.pathEnd] {
            (first[keyPath: path], again[keyPath: path]) = (0, 0)
        }
        try promise(first == again, "\(head), rewritten: \(again)")
    }
}
