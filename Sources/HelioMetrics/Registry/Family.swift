import HelioLock

/// What has one name, one type and one help text.
final class Family: Sendable {
    let name: MetricName
    private let header: FamilyHeader
    private let children = Locked<[Child]>([])
    private let passing: (@Sendable () -> [Child])?

    /// - Parameter passing: for a family whose series come and go: those that are there now. Without any, the family is not there either.
    init(_ name: MetricName, help: String, passing: (@Sendable () -> [Child])? = nil) {
        self.name = name
        self.passing = passing
        header = FamilyHeader(name, help: help)
    }

    func append(_ child: Child) { children.withLock { $0.append(child) } }

    func write(_ format: ExpositionFormat, to output: inout [UInt8]) {
        let present = passing?()
        if let present, present.isEmpty { return }
        output.append(contentsOf: header.bytes(in: format))
        for child in present ?? children.withLock({ $0 }) { child.write(to: &output) }
    }
}
