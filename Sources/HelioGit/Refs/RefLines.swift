import HelioNode

/// Refs as git prints them.
enum RefLines {
    /// `git for-each-ref --format='%(objectname) %(refname)'`.
    /// - Throws: `.rejected` for what is no line of refs, and for more of them than are taken.
    static func parse(_ output: [UInt8], filter: RefFilter, _ limits: RefLimits = RefLimits()) throws(Failure) -> [Ref] {
        var refs: [Ref] = []
        for line in output.split(separator: 0x0A) {
            guard let space = line.firstIndex(of: 0x20), let target = ObjectID(hex: line[..<space]) else { throw malformed(line) }
            let name = RefName(ByteString(line[(space + 1)...]))
            if filter.admits(name) { refs.append(Ref(name: name, target: target)) }
            try limits.check(count: refs.count)
        }
        return refs
    }

    /// What git passes over because it cannot read it, or because it holds no ref. A symbolic ref that leads nowhere is not among them.
    static func broken(_ stderr: [UInt8], filter: RefFilter) -> [RefName] {
        let warning = Array("warning: ignoring broken ref ".utf8)
        let lines = stderr.split(separator: 0x0A).filter { $0.starts(with: warning) }
        return lines.map { RefName(ByteString($0.dropFirst(warning.count))) }.filter { filter.admits($0) }
    }

    /// `git ls-remote --symref`: `<oid>\t<name>`, `ref: <target>\tHEAD`. Names ending in `^{}` are peeled tags. A server may
    /// send anything, so names are checked and a doubled one is refused.
    /// - Throws: as `parse`.
    static func parseRemote(
        _ output: [UInt8], filter: RefFilter, _ limits: RefLimits = RefLimits()
    ) throws(Failure) -> UpstreamRefs {
        var refs: [Ref] = []
        var head: Head?
        var format: ObjectFormat?
        for line in output.split(separator: 0x0A) {
            guard let tab = line.firstIndex(of: 0x09) else { throw malformed(line) }
            let (value, name) = (line[..<tab], RefName(ByteString(line[(tab + 1)...])))
            if value.starts(with: "ref: ".utf8) {
                let target = RefName(ByteString(value.dropFirst(5)))
                if name == "HEAD", RefFormat.isLegal(target) { head = .symbolic(target) }
                continue
            }
            guard let target = ObjectID(hex: value), format ?? target.format == target.format else { throw malformed(line) }
            format = target.format
            if name == "HEAD" { head = head ?? .detached(target) } else if filter.admits(name) { refs.append(Ref(name: name, target: target)) }
            try limits.check(count: refs.count)
        }
        try refuseDuplicates(&refs)
        return UpstreamRefs(format: format, refs: refs, head: head)
    }

    /// Sorts, too.
    private static func refuseDuplicates(_ refs: inout [Ref]) throws(Failure) {
        refs.sort { $0.name < $1.name }
        for (one, next) in zip(refs, refs.dropFirst()) where one.name == next.name {
            throw Failure(.rejected, "the upstream tells \(GitMessage.escaped(one.name.description)) twice")
        }
    }

    private static func malformed(_ line: ArraySlice<UInt8>) -> Failure {
        let text = GitMessage.escaped(String(decoding: line.prefix(120), as: UTF8.self))
        return Failure(.rejected, "not a line of refs: \(text)")
    }
}
