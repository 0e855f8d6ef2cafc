import Glibc

/// What libc does with bytes at the same speed in every build; a million names are gone through here.
enum Bytes {
    /// Negative, zero or positive as memcmp(3) has it; of two of which one begins with the other, the shorter is first.
    static func order(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Int {
        let order = one.withUnsafeBytes { left in
            other.withUnsafeBytes { right in
                let count = min(left.count, right.count)
                guard count > 0, let left = left.baseAddress, let right = right.baseAddress else { return 0 }
                return Int(memcmp(left, right, count))
            }
        }
        return order == 0 ? one.count - other.count : order
    }

    static func firstIndex(of byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress, let found = memchr(start, Int32(byte), buffer.count) else { return nil }
            return bytes.startIndex + UnsafeRawPointer(found) - start
        }
    }

    /// Whether `words` stand somewhere in `text`.
    static func holds(_ text: ArraySlice<UInt8>, _ words: [UInt8]) -> Bool {
        text.withUnsafeBytes { text in
            words.withUnsafeBytes { words in
                guard let first = words.first, let needle = words.baseAddress, var place = text.baseAddress else { return words.isEmpty }
                var left = text.count
                while left >= words.count {
                    guard let found = memchr(place, Int32(first), left - words.count + 1) else { return false }
                    if memcmp(found, needle, words.count) == 0 { return true }
                    left -= UnsafeRawPointer(found) - place + 1
                    place = UnsafeRawPointer(found) + 1
                }
                return false
            }
        }
    }

    /// How many bytes two names begin with in common.
    static func sharedPrefix(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Int {
        one.withUnsafeBytes { left in
            other.withUnsafeBytes { right in
                var count = 0
                while count < min(left.count, right.count), left[count] == right[count] { count += 1 }
                return count
            }
        }
    }
}
