/// Finds a header in a head that the parser has accepted.
enum HeaderSearch {
    /// - Returns: where the first value is, trimmed.
    static func find(_ name: UnsafeBufferPointer<UInt8>, in head: Span<UInt8>) -> Range<Int>? {
        var line = lineEnd(from: 0, head) + 2  // the request line
        return next(name, in: head, &line)
    }

    /// - Returns: where the values of all lines of that name are, trimmed, in their order.
    static func findAll(_ name: UnsafeBufferPointer<UInt8>, in head: Span<UInt8>) -> [Range<Int>] {
        var line = lineEnd(from: 0, head) + 2
        var found: [Range<Int>] = []
        while let value = next(name, in: head, &line) { found.append(value) }
        return found
    }

    /// - Parameter line: where to begin; afterwards, the line after the one that was found.
    private static func next(_ name: UnsafeBufferPointer<UInt8>, in head: Span<UInt8>, _ line: inout Int) -> Range<Int>? {
        while line < head.count {
            let (start, end) = (line, lineEnd(from: line, head))
            line = end + 2
            if isNamed(name, at: start, before: end, head) { return HeaderLine.trim((start + name.count + 1)..<end, head) }
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
