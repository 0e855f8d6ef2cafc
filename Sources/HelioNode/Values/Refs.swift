/// A full ref name such as `refs/heads/main`, as bytes.
public struct RefName: Hashable, Comparable, Sendable {
    public let bytes: ByteString

    public init(_ bytes: ByteString) { self.bytes = bytes }

    /// What an unborn or unknown HEAD points to at first.
    public static let main = RefName("refs/heads/main")

    /// Refs under `refs/heliostat/` are ours: never mirrored, never hashed.
    public var isPrivate: Bool { bytes.hasPrefix("refs/heliostat/") }

    public static func < (left: RefName, right: RefName) -> Bool { left.bytes < right.bytes }
}

extension RefName: CustomStringConvertible, ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self.init(ByteString(text)) }
    public var description: String { bytes.description }
}

public struct Ref: Hashable, Sendable {
    public let name: RefName
    public let target: ObjectID

    public init(name: RefName, target: ObjectID) {
        self.name = name
        self.target = target
    }
}

public enum Head: Hashable, Sendable {
    case symbolic(RefName)
    case detached(ObjectID)
}

/// Every mirrored ref of a repository and its HEAD at one moment. The content hash is made of exactly this.
public struct RefSnapshot: Hashable, Sendable {
    public let format: ObjectFormat
    /// Sorted bytewise by name, without duplicates and without refs of ours.
    public let refs: [Ref]
    public let head: Head

    /// - Precondition: names are unique.
    public init(format: ObjectFormat, refs: [Ref], head: Head) {
        self.format = format
        self.refs = refs.sorted { $0.name < $1.name }
        self.head = head
    }

    /// The branch that HEAD names; nil when it is detached.
    public var defaultBranch: RefName? {
        switch head {
        case .symbolic(let name): name
        case .detached: nil
        }
    }
}
