/// Where a value was written.
public enum Place: Sendable, Hashable {
    /// Both from 1; columns count Unicode scalars.
    case file(line: Int, column: Int)
    case environment(String)
}

/// One thing that is wrong with a configuration.
public struct Problem: Sendable, Hashable {
    public let place: Place
    /// The full key (`sync.interval`, `upstream.urls[2].url`); empty when the file as a whole is wrong.
    public let key: String
    public let message: String

    /// `file:line:column: key: message`, or `HELIOSTAT_…: key: message`.
    public func text(file: String) -> String {
        let location =
            switch place {
            case .file(let line, let column): "\(file):\(line):\(column)"
            case .environment(let name): name
            }
        return "\(location): " + (key.isEmpty ? "" : "\(key): ") + message
    }
}

/// All that is wrong with a configuration; the process exits with 78 (`EX_CONFIG` of sysexits.h).
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    public let file: String
    /// Never empty; in the order of the file, the environment's last.
    public let problems: [Problem]

    /// How many more there are that were not kept.
    public let unkept: Int

    /// One line for each problem.
    public var description: String {
        let lines = problems.map { $0.text(file: file) } + (unkept > 0 ? ["\(file): … and \(unkept) more"] : [])
        return lines.joined(separator: "\n")
    }

    init(file: String, problems: [Problem], unkept: Int = 0) {
        self.file = file
        self.problems = problems
        self.unkept = unkept
    }
}

/// What is wrong with one value; whoever reads the value knows its place and key.
struct Wrong: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
