internal import Glibc
internal import HelioLoop
internal import HelioNode

/// A configuration and what an operator should hear about it.
public struct LoadedConfiguration: Sendable {
    public let configuration: NodeConfiguration
    /// Sentences; nothing is wrong enough to stop.
    public let warnings: [String]
}

extension NodeConfiguration {
    /// Where the file is when nobody says.
    public static let defaultPath = "/etc/heliostat/heliostat.yaml"

    /// Reads a file and the environment.
    ///
    /// - Parameter environment: the process's variables; those that start with `HELIOSTAT_` override the file.
    /// - Throws: everything that is wrong, at once.
    public static func load(
        path: String, environment: [String: String] = ProcessEnvironment.current()
    ) throws(ConfigurationError) -> LoadedConfiguration {
        let text: [UInt8]
        do throws(YAMLError) {
            text = try FileText.read(path)
        } catch {
            throw ConfigurationError(file: path, error)
        }
        return try parse(text, file: path, environment: environment)
    }

    /// - Parameter file: named in messages; relative paths start at its directory.
    static func parse(
        _ text: [UInt8], file: String, environment: [String: String] = [:]
    ) throws(ConfigurationError) -> LoadedConfiguration {
        let root: YAMLNode?
        do throws(YAMLError) {
            try FileText.check(text)
            root = try YAMLReader.read(text)
        } catch {
            throw ConfigurationError(file: file, error)
        }
        var configuration = NodeConfiguration()
        var reading = Reading(directory: directory(of: file))
        if let root { Schema.node.read(root, into: &configuration, &reading) }
        var warnings = Environment.apply(environment, to: &configuration, &reading)
        apply(Rule.all, to: configuration, &reading)
        guard reading.problems.isEmpty else {
            let problems = reading.problems.sorted { $0.place < $1.place }
            throw ConfigurationError(file: file, problems: problems, unkept: reading.unkept)
        }
        warnings += notices(about: configuration)
        return LoadedConfiguration(configuration: configuration, warnings: warnings)
    }

    /// A rule is asked only when its key was read well: one mistake gets one message.
    private static func apply(_ rules: [Rule], to configuration: NodeConfiguration, _ reading: inout Reading) {
        let wrong = Set(reading.problems.map(\.key))
        for rule in rules where !wrong.contains(where: rule.reads) {
            guard let message = rule.check(configuration) else { continue }
            reading.complain(message, at: place(of: rule.key, reading), key: rule.key)
        }
    }

    /// That of the key, else of the innermost section that was written, else the start of the file.
    private static func place(of key: String, _ reading: Reading) -> Place {
        if let place = reading.places[key] { return place }
        guard let dot = key.lastIndex(of: ".") else { return .start }
        return place(of: String(key[..<dot]), reading)
    }

    private static func notices(about configuration: NodeConfiguration) -> [String] {
        let http = configuration.http
        var notices: [String] = []
        if let notice = http.notice(of: http.listen, called: "http.listen") { notices.append(notice) }
        if let file = http.tokenFile, file == http.adminTokenFile {
            notices.append("http.token_file is http.admin_token_file too: whoever may read may do everything")
        }
        if case .success(let context?) = TLSFiles.read(http.tls), let end = context.notAfter {
            let end = WallTime(millisecondsSince1970: end * 1000)
            if end < SystemClock.wall() { notices.append("the certificate in http.tls.cert_file ended at \(CivilTime(end).text)") }
        }
        return notices
    }

    private static func directory(of file: String) -> String {
        let absolute = file.hasPrefix("/") ? file : workingDirectory() + "/" + file
        guard let slash = absolute.lastIndex(of: "/"), slash > absolute.startIndex else { return "/" }
        return String(absolute[..<slash])
    }

    private static func workingDirectory() -> String {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }
}

extension NodeConfiguration.HTTP {
    /// What an operator should hear of an address at which all of HTTP is answered; nil when there is nothing to say.
    func notice(of address: HostPort, called name: String) -> String? {
        guard !address.isLoopback, adminTokenFile == nil, notifyTokenFile == nil, tokenFile == nil else { return nil }
        return "\(name) \(address) can be reached from other machines and no token file is set"
    }
}

extension ConfigurationError {
    fileprivate init(file: String, _ error: YAMLError) {
        self.init(file: file, problems: [Problem(place: error.place, key: "", message: error.message)])
    }
}

extension Place: Comparable {
    /// The file's order, then the environment's names.
    public static func < (left: Place, right: Place) -> Bool {
        switch (left, right) {
        case (.file(let line, let column), .file(let otherLine, let otherColumn)): (line, column) < (otherLine, otherColumn)
        case (.environment(let name), .environment(let otherName)): name < otherName
        case (.file, .environment): true
        case (.environment, .file): false
        }
    }
}

/// The variables this process was started with.
public enum ProcessEnvironment {
    /// Read once at a time when nobody writes it: at the start and at a reload.
    public static func current() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
            entry += 1
        }
        return variables
    }
}

extension NodeConfiguration {
    /// The administration socket that a configuration leads to. Only what names it has to be right, so that a node can be
    /// asked while somebody edits its file.
    public static func socket(
        configurationPath path: String, environment: [String: String] = ProcessEnvironment.current()
    ) throws(ConfigurationError) -> String {
        var configuration = NodeConfiguration()
        var reading = Reading(directory: directory(of: path))
        do throws(YAMLError) {
            if let root = try YAMLReader.read(try FileText.read(path)) { Schema.node.read(root, into: &configuration, &reading) }
        } catch {
            throw ConfigurationError(file: path, error)
        }
        _ = Environment.apply(environment, to: &configuration, &reading)
        let problems = reading.problems.filter { ["", "node", "node.data"].contains($0.key) }
        guard problems.isEmpty else { throw ConfigurationError(file: path, problems: problems) }
        return configuration.node.socket
    }
}
