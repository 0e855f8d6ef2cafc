@testable import HelioDaemon

/// A configuration file, from its bytes to checked values: every complaint is one line that says where, and what is taken is taken again.
struct ConfigurationTarget: FuzzTarget {
    let name = "configuration"
    let maximumLength = 1024

    /// Bytes of a complaint, the name of the file and the place not counted.
    private static let longestComplaint = 2048

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let first = Self.read(input)
        switch (first, Self.read(input)) {
        case (.success(let one), .success(let other)):
            try promise(one.configuration == other.configuration && one.warnings == other.warnings, "one file, two configurations")
            for warning in one.warnings { try Self.checkLine(warning) }
        case (.failure(let one), .failure(let other)):
            try promise(one.description == other.description, "one file, two complaints")
            // YAML 1.1, which libyaml reads, has more line ends than one.
            let ends: Set<Unicode.Scalar> = ["\n", "\u{85}", "\u{2028}", "\u{2029}"]
            try Self.check(one, lines: String(decoding: input, as: UTF8.self).unicodeScalars.count { ends.contains($0) } + 1)
        default: throw BrokenPromise("a file is taken once and refused once")
        }
    }

    private static func read(_ input: [UInt8]) -> Result<LoadedConfiguration, ConfigurationError> {
        Result { () throws(ConfigurationError) in try NodeConfiguration.parse(input, file: "/nowhere/heliostat.yaml") }
    }

    private static func check(_ error: ConfigurationError, lines: Int) throws(BrokenPromise) {
        try promise(!error.problems.isEmpty, "a file is refused without a reason")
        for problem in error.problems {
            try promise(!problem.message.isEmpty, "a complaint without words about \(problem.key)")
            try checkLine(problem.key + problem.message)
            guard case .file(let line, let column) = problem.place else { throw BrokenPromise("a complaint about the environment") }
            try promise((1...lines + 1).contains(line) && column >= 1, "a complaint about line \(line) of \(lines)")
        }
        let told = error.description.utf8.count { $0 == 0x0A } + 1
        try promise(told == error.problems.count + (error.unkept > 0 ? 1 : 0), "\(error.problems.count) complaints on \(told) lines")
    }

    /// A terminal shows it as it is: nothing moves the cursor, turns the writing round or begins another line.
    private static func checkLine(_ text: String) throws(BrokenPromise) {
        try promise(text.utf8.count <= longestComplaint, "a complaint of \(text.utf8.count) bytes")
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        try promise(isPlain, "a complaint with a control character: \(shown(text.utf8))")
    }
}
