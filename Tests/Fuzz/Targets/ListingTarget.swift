@testable import HelioGit
import HelioNode

/// What an upstream lies about in files: names of repositories, `HEAD`, `packed-refs`. What is taken leads nowhere else and is written as
/// it was read.
struct ListingTarget: FuzzTarget {
    let name = "listing"
    let maximumLength = 768

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        try Self.checkName(input)
        try Self.checkHead(input)
        for format in ObjectFormat.allCases { try Self.checkPackedRefs(input, format) }
    }

    private static func checkName(_ input: [UInt8]) throws(BrokenPromise) {
        let name: RepositoryName
        do throws(NameError) { name = try RepositoryName(ByteString(input)) } catch { return }
        try promise(name.path.bytes == input, "\(shown(input)) is named \(shown(name.path.bytes))")
        let segments = input.split(separator: 0x2F, omittingEmptySubsequences: false)
        try promise(segments.count >= 2 && String(validating: input, as: UTF8.self) != nil, "\(shown(input)) is a name")
        for segment in segments {
            let text = String(decoding: segment, as: UTF8.self)
            let isSafe = (1...200).contains(segment.count) && text != "." && text != ".." && !text.hasPrefix("-") && !segment.contains { $0 < 0x20 || $0 == 0x7F }
                && ![".git", ".lock"].contains { segment.reversed().starts(with: $0.utf8.reversed()) }
            try promise(isSafe, "\(shown(segment)) is a segment of a name")
        }
        let template = CloneURL(template: "https://h/{project}/{repository}.git", repository: name)
        let isPlain = template.href.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"?#\"<>\\^`{|}".utf8.contains($0) }
        try promise(isPlain, "\(shown(input)) is cloned from \(template.href)")
    }

    private static func checkHead(_ input: [UInt8]) throws(BrokenPromise) {
        guard let head = head(input) else { return }
        if case .symbolic(let name) = head { try promise(RefFormat.isLegal(name), "HEAD is \(shown(name.bytes.bytes))") }
        let written = HeadFile.bytes(of: head)
        try promise(self.head(written) == head, "written again as \(shown(written))")
    }

    private static func head(_ bytes: [UInt8]) -> Head? {
        do throws(Failure) { return try HeadFile.parse(bytes, "r") } catch { return nil }
    }

    private static func checkPackedRefs(_ input: [UInt8], _ format: ObjectFormat) throws(BrokenPromise) {
        guard let records = records(input, format) else { return }
        let lines = records.flatMap(\.lines)
        try promise(input.suffix(lines.count).elementsEqual(lines), "the records are other bytes than the file")
        let rest = input.dropLast(lines.count)
        try promise(rest.isEmpty || rest.first == 0x23 && rest.firstIndex(of: 0x0A) == rest.indices.last, "\(shown(rest)) is passed over")
        try promise(zip(records, records.dropFirst()).allSatisfy { $0.name.lexicographicallyPrecedes($1.name) }, "refs out of order, or twice")
        for record in records {
            try promise(ObjectID(hex: record.target)?.format == format, "\(shown(record.target)) is an object")
            try promise(!record.name.isEmpty && !record.name.contains(0x0A), "\(shown(record.name)) is a ref")
        }
        var written = PackedRefs.header
        for record in records {
            guard let target = ObjectID(hex: record.target) else { continue }
            PackedRefs.append(RefName(ByteString(record.name)), target, to: &written)
        }
        let again = self.records(written, format)?.map { Array($0.name) }
        try promise(again == records.map { Array($0.name) }, "written again as \(shown(written))")
    }

    private static func records(_ text: [UInt8], _ format: ObjectFormat) -> [PackedRecords.Record]? {
        do throws(Failure) {
            var reader = try PackedRecords(text, format)
            try reader.check()
            var records: [PackedRecords.Record] = []
            while let record = try reader.next() { records.append(record) }
            return records
        } catch {
            return nil
        }
    }
}
