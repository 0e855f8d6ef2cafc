internal import Glibc
internal import HelioNode

/// A side of a comparison, as somebody wrote it.
///
/// What a path is shows by what lies there; where that could be two things, nobody guesses, and a word before the path decides:
/// `node:`, `upstream:` or `hashes:`.
enum DiffArgument: Sendable, Equatable {
    case node(NodeAddress)
    /// A directory of bare repositories.
    case upstream(String)
    /// A file of saved hashes, or a pipe that brings them.
    case hashes(String)
    case standardInput

    init(_ text: String) throws(DiffProblem) {
        if text == "-" { self = .standardInput } else if text.contains("://") { self = .node(try Self.address(text)) } else {
            for (word, make) in Self.words where text.hasPrefix(word) {
                self = try make(String(text.dropFirst(word.count)))
                return
            }
            self = try Self.look(at: text)
        }
    }

    private typealias Making = @Sendable (String) throws(DiffProblem) -> DiffArgument

    private static let words: [(String, Making)] = [
        ("node:", { (path) throws(DiffProblem) in .node(.socket(try socket(of: path))) }),
        ("upstream:", { (path) throws(DiffProblem) in .upstream(path) }),
        ("hashes:", { (path) throws(DiffProblem) in .hashes(path) }),
    ]

    private static func address(_ url: String) throws(DiffProblem) -> NodeAddress {
        do throws(ClientError) { return try NodeAddress(url: url) } catch { throw .usage(error.description) }
    }

    // MARK: What a path is

    private static func look(at path: String) throws(DiffProblem) -> DiffArgument {
        switch kind(path) {
        case S_IFSOCK: return .node(.socket(path))
        case S_IFDIR: return try directory(path)
        case S_IFREG: return isJSON(path) ? .hashes(path) : .node(.socket(try configured(path)))
        case S_IFIFO, S_IFCHR: return .hashes(path)
        case nil:
            throw .incomparable("\(quoted(path)): \(String(cString: strerror(errno))); a node on the network is http://host:port")
        default: throw .incomparable("\(quoted(path)) is neither a file nor a directory nor a socket")
        }
    }

    private static func directory(_ path: String) throws(DiffProblem) -> DiffArgument {
        let sockets = try sockets(below: path)
        let isUpstream = RepositorySearch.finds(below: path)
        switch (sockets.count, isUpstream) {
        case (1, false): return .node(.socket(sockets[0]))
        case (0, true): return .upstream(path)
        case (0, false):
            let isRepository = kind(path + "/HEAD") != nil && kind(path + "/objects") == S_IFDIR
            throw .usage(
                isRepository
                    ? "\(quoted(path)) is one repository; give the directory that holds KEY/slug.git"
                    : "\(quoted(path)) is neither a node's directory nor one of bare repositories; if it is empty on purpose, say upstream:\(path)")
        default:
            let choices = sockets.map { "node:\($0)" } + (isUpstream ? ["upstream:\(path)"] : [])
            throw .usage("\(quoted(path)) may be more than one thing; say which: \(choices.joined(separator: " or "))")
        }
    }

    /// The administration sockets that a directory leads to: as a data directory, and by the configuration in it.
    private static func sockets(below path: String) throws(DiffProblem) -> [String] {
        let isData = ["/heliostat.db", "/heliostat.sock", "/git/node"].contains { kind(path + $0) != nil }
        var sockets = isData ? [path + "/heliostat.sock"] : []
        if kind(path + "/heliostat.yaml") == S_IFREG { sockets.append(try configured(path + "/heliostat.yaml")) }
        if sockets.count == 2, isSame(sockets[0], sockets[1]) { sockets.removeLast() }
        return sockets
    }

    private static func socket(of path: String) throws(DiffProblem) -> String {
        switch kind(path) {
        case S_IFREG: return try configured(path)
        case S_IFDIR:
            let sockets = try sockets(below: path)
            if sockets.count > 1 { throw .usage("\(quoted(path)) leads to two nodes; say which: node:\(sockets[0]) or node:\(sockets[1])") }
            return sockets.first ?? path + "/heliostat.sock"
        default: return path
        }
    }

    private static func configured(_ path: String) throws(DiffProblem) -> String {
        do throws(ConfigurationError) {
            return try NodeConfiguration.socket(configurationPath: path)
        } catch {
            throw .configuration(error)
        }
    }

    /// - Returns: the bits of `S_IFMT`; nil when there is nothing, with `errno` saying why.
    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    /// Paths of which one may lead through a link or be relative, or which are not there yet.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        guard let left = realpath(directory(of: one), nil), let right = realpath(directory(of: other), nil) else { return one == other }
        defer {
            free(left)
            free(right)
        }
        return strcmp(left, right) == 0
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) + "/" } ?? "."
    }

    /// The first byte that is no space decides: a configuration that begins with a brace can be given as `node:`.
    private static func isJSON(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &buffer, buffer.count)
        let first = buffer.prefix(max(count, 0)).first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return first.map { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") } ?? true
    }
}
