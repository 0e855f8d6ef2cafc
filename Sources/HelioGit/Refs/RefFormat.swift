import HelioNode

/// Which names git takes as refs (git-check-ref-format(1)). git hides others that lie about as files; libgit2 lists some.
enum RefFormat {
    static func isLegal(_ name: RefName) -> Bool {
        let bytes = name.bytes.bytes
        guard bytes.starts(with: "refs/".utf8), bytes.last != 0x2E else { return false }
        var previous: UInt8 = 0
        for byte in bytes {
            if isForbidden(byte) || (previous == 0x2E && byte == 0x2E) || (previous == 0x40 && byte == 0x7B) { return false }
            previous = byte
        }
        return bytes.split(separator: 0x2F, omittingEmptySubsequences: false).allSatisfy(isLegalComponent)
    }

    /// Control characters, space, DEL and `~ ^ : ? * [ \`.
    private static func isForbidden(_ byte: UInt8) -> Bool {
        switch byte {
        case ...0x20, 0x7F, 0x7E, 0x5E, 0x3A, 0x3F, 0x2A, 0x5B, 0x5C: true
        default: false
        }
    }

    private static func isLegalComponent(_ component: ArraySlice<UInt8>) -> Bool {
        guard let first = component.first, first != 0x2E else { return false }
        return !component.suffix(5).elementsEqual(".lock".utf8)
    }
}
