import HelioNode

@testable import HelioDaemon

extension NodeProcess {
    /// A node that says nothing and is not started, with its data and its upstream below `directory`.
    static func quiet(in directory: String) throws -> NodeProcess {
        var configuration = NodeConfiguration()
        configuration.node.data = directory + "/data"
        configuration.upstream.path = directory + "/upstream"
        configuration.log.level = .critical
        let output = LogOutput(configuration.log)
        let tokens = TokenFiles(try TokenFiles.read(configuration.http))
        return try NodeProcess(path: "", configuration, tokens, TLSFiles(nil), output, NodeLog(output.logger("test")))
    }
}
