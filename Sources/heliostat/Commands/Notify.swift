internal import ArgumentParser
internal import HelioDaemon

struct Notify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell nodes that a repository changed upstream.",
        discussion: """
            Without --url, the node of this machine is told over its socket. With --url, which may stand several times, all \
            of them are told at once; the time limit is for the whole. Exits with 1 when a node could not be told.
            """)

    @Argument(help: ArgumentHelp("The repository.", valueName: "KEY/slug"))
    var repository: String

    @Option(name: .customLong("url"), help: ArgumentHelp("A node, as http://host:port or https://host:port.", valueName: "url"))
    var urls: [String] = []

    @Option(help: ArgumentHelp("A file that holds the token of http.notify_token_file.", valueName: "file"))
    var tokenFile: String?

    @OptionGroup var authorities: AuthoritiesOption

    @OptionGroup var node: NodeOptions

    func validate() throws {
        _ = try validated(repository: repository)
        guard tokenFile == nil || !urls.isEmpty else { throw ValidationError("--token-file goes with --url.") }
        _ = try addresses()
    }

    func run() throws {
        let token = try tokenFile.map(Self.token)
        let clients = try urls.isEmpty ? [node.client()] : addresses().map {
            NodeClient($0, token: token, authoritiesFile: authorities.file, timeout: node.limit)
        }
        let body = Administration.notification(of: repository)
        let outcomes = NodeClient.all(clients, "POST", "/notify", json: body, timeout: node.limit)
        let failures = outcomes.enumerated().compactMap { index, outcome -> String? in
            switch outcome {
            case .success(let answer) where answer.isSuccess: nil
            case .success(let answer): "\(clients[index].address) answered \(answer.status): \(answer.message)"
            case .failure(let error): error.description
            }
        }
        for failure in failures { Output.error("heliostat: \(failure)") }
        if !failures.isEmpty { throw ExitCode(1) }
    }

    private func addresses() throws -> [NodeAddress] {
        do throws(ClientError) {
            var addresses: [NodeAddress] = []
            for url in urls { addresses.append(try NodeAddress(url: url)) }
            return addresses
        } catch {
            throw ValidationError(error.description)
        }
    }

    private static func token(_ path: String) throws -> Secret {
        do throws(FileError) {
            return try SecretFile.read(path)
        } catch {
            throw Exit.failed("the token file \(path) \(error.message)")
        }
    }
}
