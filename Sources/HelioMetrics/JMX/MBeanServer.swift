/// All MBeans of the process, whatever they show. A source is asked for its beans with each request, so that it can have some
/// that come and go.
public struct MBeanServer: Sendable {
    public typealias Source = @Sendable () -> [MBean]

    private let sources: [Source]

    public init(_ sources: [Source]) { self.sources = sources }

    /// In the order of their canonical names.
    public var beans: [MBean] {
        sources.flatMap { $0() }.map { (name: $0.name.canonical, bean: $0) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map(\.bean)
    }
}
