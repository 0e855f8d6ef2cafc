/// What is collected while a configuration is read.
struct Reading {
    /// Relative paths start here.
    let directory: String
    private(set) var problems: [Problem] = []
    /// How many problems were not kept.
    private(set) var unkept = 0
    /// Every key and section that was written, by its full name.
    private(set) var places: [String: Place] = [:]
    /// The full name of the key whose value is being read.
    private(set) var key = ""

    init(directory: String) { self.directory = directory }

    mutating func complain(_ message: String, at place: Place, key: String? = nil) {
        guard !isFull else { return unkept += 1 }
        problems.append(Problem(place: place, key: onOneLine(key ?? self.key), message: onOneLine(message)))
    }

    /// Nobody reads more: a file with so many mistakes is another file.
    static let maximumProblems = 100

    /// Further complaints are only counted, so whoever takes pains to word them need not.
    var isFull: Bool { problems.count >= Self.maximumProblems }

    /// Reads the value of `key`, then returns to the key around it.
    mutating func within<Result>(_ key: String, _ body: (inout Reading) -> Result) -> Result {
        let outer = self.key
        self.key = key
        defer { self.key = outer }
        return body(&self)
    }

    mutating func note(_ place: Place, of key: String) { places[key] = place }
}
