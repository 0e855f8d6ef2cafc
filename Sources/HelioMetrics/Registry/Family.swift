import HelioLock

/// What has one name, one type and one help text.
final class Family: Sendable {
    let name: MetricName
    private let header: FamilyHeader
    private let children = Locked<[Child]>([])

    init(_ name: MetricName, help: String) {
        self.name = name
        header = FamilyHeader(name, help: help)
    }

    func append(_ child: Child) { children.withLock { $0.append(child) } }

    func write(_ format: ExpositionFormat, to output: inout [UInt8]) {
        output.append(contentsOf: header.bytes(in: format))
        for child in children.withLock({ $0 }) { child.write(to: &output) }
    }
}
