@testable import HelioFarm
import HelioNode

/// What other nodes write into Redis, or who else can: a message or a record is understood as it was meant, or not at all.
struct LettersTarget: FuzzTarget {
    let name = "letters"
    let maximumLength = 768

    /// Lines `name=value`, the fields of a message; and lines, the fields of a member's record.
    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false)
        var fields: [String: [UInt8]] = [:]
        for line in lines {
            let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { fields[String(decoding: parts[0], as: UTF8.self)] = Array(parts[1]) }
        }
        try Self.checkLetter(fields)
        try Self.checkRecord(lines.map { Array($0) })
    }

    private static func checkLetter(_ fields: [String: [UInt8]]) throws(BrokenPromise) {
        guard let letter = LetterCodec.decode(fields) else { return }
        let written = LetterCodec.encode(letter.message, from: letter.sender)
        let again = LetterCodec.decode(Dictionary(uniqueKeysWithValues: written))
        try promise(again == letter, "\(letter), written again: \(again.map { "\($0)" } ?? "nothing")")
    }

    private static func checkRecord(_ values: [[UInt8]]) throws(BrokenPromise) {
        guard let record = RecordCodec.decode(values) else { return }
        let again = RecordCodec.decode(RecordCodec.encode(record).map { Array($0.utf8) })
        try promise(again == record, "\(record), written again: \(again.map { "\($0)" } ?? "nothing")")
        try promise(record.standing.lag >= .zero, "a lag of \(record.standing.lag)")
    }
}
