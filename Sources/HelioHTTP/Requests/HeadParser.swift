import Glibc

/// Reads a request's head line by line, as far as there is one, without I/O and without allocating.
///
/// Strict where leniency has been request smuggling: lines end in CRLF, names are tokens without a space before the colon, there
/// is no folding, no second Content-Length and no second Host.
struct HeadParser {
    private var head = RequestHead()
    private var lineStart = 0
    /// Bytes in which there is no further line end; looked at once only.
    private var searched = 0
    private var hasRequestLine = false
    private var hasSkippedLine = false

    var hasBegun: Bool { searched > 0 }

    /// - Parameter bytes: everything received since the request's first byte, each time.
    /// - Returns: nil while the head is incomplete. Afterwards the parser must be replaced by a new one.
    mutating func parse(_ bytes: Span<UInt8>, _ limits: Configuration) throws(Refusal) -> RequestHead? {
        while let feed = findLineFeed(bytes) {
            guard feed < limits.headBytes else { throw tooLarge(bytes) }
            guard feed > lineStart, bytes[feed - 1] == 0x0D else { throw hasRequestLine ? .badHeader : .badRequestLine }
            let line = lineStart..<(feed - 1)
            lineStart = feed + 1
            if try read(line, of: bytes, limits) {
                head.end = lineStart
                return head
            }
        }
        try checkIncomplete(bytes, limits)
        return nil
    }

    private mutating func findLineFeed(_ bytes: Span<UInt8>) -> Int? {
        let start = searched
        let found: Int? = bytes.withUnsafeBufferPointer { buffer in
            guard start < buffer.count, let base = buffer.baseAddress else { return nil }
            guard let hit = memchr(base + start, 0x0A, buffer.count - start) else { return nil }
            return UnsafeRawPointer(hit) - UnsafeRawPointer(base)
        }
        searched = found.map { $0 + 1 } ?? bytes.count
        return found
    }

    /// - Returns: whether this was the empty line that ends the head.
    private mutating func read(_ line: Range<Int>, of bytes: Span<UInt8>, _ limits: Configuration) throws(Refusal) -> Bool {
        if !hasRequestLine {
            if line.isEmpty, !hasSkippedLine {
                // RFC 9112 section 2.2: one empty line before a request line is skipped.
                hasSkippedLine = true
                head.start = lineStart
                return false
            }
            try RequestLine.read(line, of: bytes, limits, into: &head)
            hasRequestLine = true
            return false
        }
        if line.isEmpty {
            try checkComplete()
            return true
        }
        head.headers += 1
        guard head.headers <= limits.headers else { throw .headTooLarge }
        try HeaderLine.read(line, of: bytes, into: &head)
        return false
    }

    private func checkComplete() throws(Refusal) {
        guard head.hosts == 1 || head.isHTTP10 && head.hosts == 0 else { throw .badHost }
        guard !head.hasTransferEncoding else {
            throw head.contentLength == nil ? .transferEncoding : .badContentLength
        }
    }

    /// What can never become a good head is refused at once, instead of at the deadline.
    private func checkIncomplete(_ bytes: Span<UInt8>, _ limits: Configuration) throws(Refusal) {
        guard bytes.count < limits.headBytes else { throw tooLarge(bytes) }
        guard !hasRequestLine, lineStart < bytes.count else { return }
        guard beginsWell(bytes) else { throw .badRequestLine }
        let carriageReturn = 1
        guard bytes.count - lineStart <= limits.targetBytes + RequestLine.overhead + carriageReturn else { throw .targetTooLong }
    }

    private func beginsWell(_ bytes: Span<UInt8>) -> Bool {
        let first = bytes[lineStart]
        return Characters.isToken(first) || first == 0x0D && !hasSkippedLine
    }

    /// What is too large had a first byte before: an answer must not depend on how the bytes were split.
    private func tooLarge(_ bytes: Span<UInt8>) -> Refusal {
        if hasRequestLine { return .headTooLarge }
        return lineStart < bytes.count && !beginsWell(bytes) ? .badRequestLine : .targetTooLong
    }
}
