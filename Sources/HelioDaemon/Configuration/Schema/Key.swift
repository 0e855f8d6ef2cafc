/// Whether a running node can take a new value.
enum Change: Sendable {
    /// SIGHUP applies it.
    case live
    /// It is read at the start only.
    case restart
}

/// One key: where its value goes, what values it takes, and when a change takes effect.
struct Key<Root: Sendable>: Sendable {
    /// The full name: `sync.purge_guard.percent`.
    let name: String
    let change: Change
    let expectation: String
    let isScalar: Bool
    /// A record without it is refused.
    let isRequired: Bool
    /// The value when nothing is written is a constant that the manual can show.
    let hasDefault: Bool
    let read: @Sendable (YAMLNode, inout Reading, inout Root) -> Void
    let isEqual: @Sendable (Root, Root) -> Bool
    let copy: @Sendable (Root, inout Root) -> Void

    init<Value>(
        _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ kind: Kind<Value>, _ change: Change = .restart,
        isRequired: Bool = false, hasDefault: Bool = true
    ) {
        self.init(name, kind, change, isRequired: isRequired, hasDefault: hasDefault && !isRequired) { root, value in
            root[keyPath: path] = value
        } isEqual: {
            $0[keyPath: path] == $1[keyPath: path]
        } copy: {
            $1[keyPath: path] = $0[keyPath: path]
        }
    }

    /// A key that may be absent and then has no value.
    init<Value>(
        _ name: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, _ kind: Kind<Value>, _ change: Change = .restart
    ) {
        self.init(name, kind, change, isRequired: false, hasDefault: false) { root, value in
            root[keyPath: path] = value
        } isEqual: {
            $0[keyPath: path] == $1[keyPath: path]
        } copy: {
            $1[keyPath: path] = $0[keyPath: path]
        }
    }

    private init<Value>(
        _ name: String, _ kind: Kind<Value>, _ change: Change, isRequired: Bool, hasDefault: Bool,
        store: @escaping @Sendable (inout Root, Value) -> Void, isEqual: @escaping @Sendable (Root, Root) -> Bool,
        copy: @escaping @Sendable (Root, inout Root) -> Void
    ) {
        self.name = name
        self.change = change
        self.expectation = kind.expectation
        self.isScalar = kind.isScalar
        self.isRequired = isRequired
        self.hasDefault = hasDefault
        self.isEqual = isEqual
        self.copy = copy
        self.read = { node, reading, root in
            if let value = kind.read(node, &reading) { store(&root, value) }
        }
    }
}
