/// What became of one branch or tag between two announcements.
public struct RefChange: Hashable, Sendable {
    public enum Kind: String, Sendable {
        case add = "ADD", update = "UPDATE", delete = "DELETE"
    }

    public let name: RefName
    /// Zero for what was not there.
    public let from: ObjectID
    /// Zero for what is not there any more.
    public let to: ObjectID

    public init(name: RefName, from: ObjectID, to: ObjectID) {
        self.name = name
        self.from = from
        self.to = to
    }

    public var kind: Kind { from.isZero ? .add : to.isZero ? .delete : .update }

    /// Of branches and tags only; everything else counts as announced and is told to nobody.
    ///
    /// - Parameter old: nil stands for no refs at all.
    public static func between(_ old: RefSnapshot?, _ new: RefSnapshot) -> [RefChange] {
        var changes: [RefChange] = []
        var before = (old?.refs ?? [])[...]
        var after = new.refs[...]
        let zero = ObjectID.zero(new.format)
        while let name = [before.first?.name, after.first?.name].compactMap({ $0 }).min() {
            let from = before.first.flatMap { $0.name == name ? $0.target : nil }
            let to = after.first.flatMap { $0.name == name ? $0.target : nil }
            if from != nil { before.removeFirst() }
            if to != nil { after.removeFirst() }
            guard from != to, name.displayed != nil else { continue }
            changes.append(RefChange(name: name, from: from ?? zero, to: to ?? zero))
        }
        return changes
    }
}

extension [RefChange] {
    /// From where these began to where `next`, which begins where these end, leads. What is as it was is left out.
    public func followed(by next: [RefChange]) -> [RefChange] {
        var byName = Dictionary(map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        for change in next {
            byName[change.name] = RefChange(name: change.name, from: byName[change.name]?.from ?? change.from, to: change.to)
        }
        return byName.values.filter { $0.from != $0.to }.sorted { $0.name < $1.name }
    }

    /// The way back.
    public var reversed: [RefChange] { map { RefChange(name: $0.name, from: $0.to, to: $0.from) } }
}

extension RefName {
    public enum Shown: String {
        case branch = "BRANCH", tag = "TAG"
    }

    /// How receivers know it; nil for what they do not.
    public var displayed: (type: Shown, id: ByteString)? {
        for (prefix, type) in [("refs/heads/", Shown.branch), ("refs/tags/", .tag)] where bytes.hasPrefix(ByteString(prefix)) {
            return (type, ByteString(Array(bytes.bytes.dropFirst(prefix.utf8.count))))
        }
        return nil
    }
}
