/// Finds a header in a head that the parser has accepted.
enum HeaderSearch {
    /// - Returns: where the first value is, trimmed.
    static func find(_ name: UnsafeBufferPointer<UInt8>, in head: Span<UInt8>) -> Range<Int>? {
        var start = lineEnd(from: 0, head) + 2  // the request line
        while start < head.count {
            let end = lineEnd(from: start, head)
            if isNamed(name, at: start, before: end, head) { return HeaderLine.trim((start + name.count + 1)..<end, head) }
            start = end + 2
        }
        return nil
    }

    private static func lineEnd(from start: Int, _ head: Span<UInt8>) -> Int {
        var index = start
        while index < head.count, head[index] != 0x0D { index += 1 }
        return index
    }

    private static func isNamed(_ name: UnsafeBufferPointer<UInt8>, at start: Int, before end: Int, _ head: Span<UInt8>) -> Bool {
        guard start + name.count < end, head[start + name.count] == 0x3A else { return false }
        for index in 0..<name.count
        where Characters.lowercased(head[start + index]) != Characters.lowercased(name[index]) { return false }
        return true
    }
}
