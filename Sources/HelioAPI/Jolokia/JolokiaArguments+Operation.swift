import HelioMetrics

extension JolokiaArguments {
    /// Types of Jolokia's protocol that change something, if only in the agent.
    private static let changing: Set = ["exec", "write", "config", "notification", "regnotif", "remnotif"]

    /// - Throws: 403 for what would change something, 400 for what is not understood.
    func operation(_ identity: NodeIdentity) throws(JolokiaFailure) -> any JolokiaOperation {
        let type = type.lowercased()
        switch type {
        case "version": return VersionOperation(identity: identity)
        case "list": return ListOperation(path: path)
        case "search": return SearchOperation(pattern: try pattern())
        case "read": return try read()
        case _ where Self.changing.contains(type): throw .forbidden("This view of the timers is read-only")
        default: throw .badRequest("There is no such type of request")
        }
    }

    private func pattern() throws(JolokiaFailure) -> ObjectName {
        let name = try name()
        do throws(ObjectNameError) { return try ObjectName(name) } catch { throw JolokiaFailure(error) }
    }

    private func read() throws(JolokiaFailure) -> ReadOperation {
        guard path.isEmpty else { throw .badRequest("No attribute here has anything inside that a path could lead to") }
        return ReadOperation(mbean: MBeanReference(try name()), attributes: attributes, isPlain: isPlain)
    }

    private func name() throws(JolokiaFailure) -> String {
        guard let mbean else { throw .badRequest("Objectname can not be null") }
        return mbean
    }
}
