/// Something with attributes that can be read, as JMX shows it.
public struct MBean: Sendable {
    public struct Attribute: Sendable, Hashable {
        public let name: String
        /// The Java type: `long`, `double`, `java.lang.String`.
        public let type: String

        public init(_ name: String, _ type: String) {
            self.name = name
            self.type = type
        }
    }

    public enum Value: Sendable, Hashable {
        case integer(Int64)
        case real(Double)
        case text(String)
    }

    /// Not a pattern.
    public let name: ObjectName
    /// Another name by which it can be read, which need not be a legal one.
    public let alias: String?
    public let className: String
    public let description: String
    public let attributes: [Attribute]
    /// All values, in the order of `attributes`, from one reading: they fit together.
    public let read: @Sendable (_ now: Tick) -> [Value]

    /// - Precondition: `read` gives as many values as there are attributes.
    public init(
        name: ObjectName, alias: String? = nil, className: String, description: String, attributes: [Attribute],
        read: @escaping @Sendable (_ now: Tick) -> [Value]
    ) {
        self.name = name
        self.alias = alias
        self.className = className
        self.description = description
        self.attributes = attributes
        self.read = read
    }
}
