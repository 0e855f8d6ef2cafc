@testable import HelioGit
import HelioNode

/// Refs as `for-each-ref` and `ls-remote` print them, and as a server may make the latter print: legal names only, each once, in order.
struct RefLinesTarget: FuzzTarget {
    let name = "ref-lines"
    let maximumLength = 1024

    private static let filter = RefFilter(excluded: RefPatterns(["refs/pull/*/merge", "refs/tmp"]))

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        try Self.checkLocal(input)
        try Self.checkRemote(input)
    }

    private static func checkLocal(_ input: [UInt8]) throws(BrokenPromise) {
        guard let refs = refs(input) else { return }
        try checkNames(refs)
        let written = refs.flatMap { line($0, separator: 0x20) }
        try promise(self.refs(written) == refs, "written again as \(shown(written))")
    }

    private static func refs(_ output: [UInt8]) -> [Ref]? {
        do throws(Failure) { return try RefLines.parse(output, filter: filter) } catch { return nil }
    }

    private static func checkRemote(_ input: [UInt8]) throws(BrokenPromise) {
        let told: UpstreamRefs
        do throws(Failure) {
            told = try RefLines.parseRemote(input, filter: filter)
        } catch {
            return try checkWords(error)
        }
        try checkNames(told.refs)
        try promise(zip(told.refs, told.refs.dropFirst()).allSatisfy { $0.name < $1.name }, "refs out of order, or twice: \(told.refs)")
        try promise(told.refs.allSatisfy { $0.target.format == told.format }, "two object formats in one repository")
        var written: [UInt8] = []
        switch told.head {
        case .symbolic(let name)?:
            try promise(RefFormat.isLegal(name), "HEAD is \(shown(name.bytes.bytes))")
            written += Array("ref: ".utf8) + name.bytes.bytes + Array("\tHEAD\n".utf8)
        case .detached(let target)?: written += line(Ref(name: "HEAD", target: target), separator: 0x09)
        case nil: break
        }
        written += told.refs.flatMap { line($0, separator: 0x09) }
        let again: UpstreamRefs
        do throws(Failure) { again = try RefLines.parseRemote(written, filter: filter) } catch { throw BrokenPromise("\(error): \(shown(written))") }
        try promise(again.refs == told.refs && again.head == told.head, "written again as \(shown(written))")
    }

    private static func line(_ ref: Ref, separator: UInt8) -> [UInt8] {
        var line: [UInt8] = []
        ref.target.appendHex(to: &line)
        return line + [separator] + ref.name.bytes.bytes + [0x0A]
    }

    /// git-check-ref-format(1), rule by rule.
    private static func checkNames(_ refs: [Ref]) throws(BrokenPromise) {
        for name in refs.map(\.name.bytes.bytes) {
            let parts = name.split(separator: 0x2F, omittingEmptySubsequences: false)
            let isLegal = parts.count > 1 && parts[0].elementsEqual("refs".utf8) && name.last != 0x2E
                && parts.allSatisfy { !$0.isEmpty && $0.first != 0x2E && !$0.suffix(5).elementsEqual(".lock".utf8) }
                && name.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"~^:?*[\\".utf8.contains($0) }
                && !["..", "@{"].contains { part in name.indices.contains { name[$0...].starts(with: part.utf8) } }
            try promise(isLegal, "the ref \(shown(name)) is mirrored")
            try promise(!name.starts(with: "refs/heliostat/".utf8), "a ref of ours is mirrored: \(shown(name))")
            let isExcluded = name.starts(with: "refs/tmp/".utf8) || name.elementsEqual("refs/tmp".utf8)
            try promise(!isExcluded, "an excluded ref is mirrored: \(shown(name))")
        }
    }

    private static func checkWords(_ failure: Failure) throws(BrokenPromise) {
        let isLine = failure.message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        try promise(isLine && failure.message.utf8.count < 8192, "a failure of \(shown(failure.message.utf8))")
    }
}
