/// Whether a name would be both a ref and a directory of refs. Names are sorted bytewise.
enum NameCollision {
    typealias Names = [ArraySlice<UInt8>]

    /// Among the others, too, there may be such a pair: an upstream that was written to by hand has one. It is not looked for.
    static func exists(in all: Names, created: Names) -> Bool {
        hasDirectory(of: created, in: all) || hasDirectory(of: all, in: created)
    }

    /// Names in one directory are neighbours, so each directory is looked up once.
    private static func hasDirectory(of names: Names, in refs: Names) -> Bool {
        if refs.isEmpty { return false }
        var previous: ArraySlice<UInt8> = []
        for name in names {
            var rest = name.dropFirst(Bytes.sharedPrefix(previous, name))
            while let slash = Bytes.firstIndex(of: 0x2F, in: rest) {
                if contains(refs, name[..<slash]) { return true }
                rest = name[(slash + 1)...]
            }
            previous = name
        }
        return false
    }

    static func contains(_ names: Names, _ name: ArraySlice<UInt8>) -> Bool {
        var range = names.startIndex..<names.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            let order = Bytes.order(names[middle], name)
            if order == 0 { return true }
            range = order < 0 ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
        }
        return false
    }
}
