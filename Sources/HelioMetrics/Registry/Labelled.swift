/// What a label's values are made of: an enumeration whose raw values are the label's.
public typealias LabelValues = CaseIterable & Hashable & RawRepresentable<String> & Sendable

/// A handle for each value of a label, made once. Finding one compares cases, not strings.
public struct Labelled<A: LabelValues, Handle: Sendable>: Sendable {
    @usableFromInline let cases: [A]
    @usableFromInline let handles: [Handle]

    /// A handle for each value, for what has no label of its own in the registry, such as the timers of several outcomes.
    public init(_ make: (A) -> Handle) { self.init(A.allCases.map(make)) }

    init(_ handles: [Handle]) {
        cases = Array(A.allCases)
        self.handles = handles
    }

    @inlinable public subscript(_ a: A) -> Handle { handles[position(of: a, in: cases)] }
}

/// A handle for each pair of values of two labels, made once.
public struct Labelled2<A: LabelValues, B: LabelValues, Handle: Sendable>: Sendable {
    @usableFromInline let first: [A]
    @usableFromInline let second: [B]
    /// Those of the first value, then those of the next.
    @usableFromInline let handles: [Handle]

    /// A handle for each pair.
    public init(_ make: (A, B) -> Handle) {
        self.init(A.allCases.flatMap { a in B.allCases.map { make(a, $0) } })
    }

    init(_ handles: [Handle]) {
        first = Array(A.allCases)
        second = Array(B.allCases)
        self.handles = handles
    }

    @inlinable public subscript(_ a: A, _ b: B) -> Handle {
        handles[position(of: a, in: first) * second.count + position(of: b, in: second)]
    }
}

@inlinable func position<Value: Equatable>(of value: Value, in cases: [Value]) -> Int {
    guard let index = cases.firstIndex(of: value) else { preconditionFailure("allCases is not complete") }
    return index
}
