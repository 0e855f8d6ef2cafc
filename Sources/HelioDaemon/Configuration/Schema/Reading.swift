/// What is collected while a configuration is read.
struct Reading {
    /// Relative paths start here.
    let directory: String
    private(set) var problems: [Problem] = []
    /// Every key and section that was written, by its full name.
    private(set) var places: [String: Place] = [:]
    /// The full name of the key whose value is being read.
    private(set) var key = ""

    init(directory: String) { self.directory = directory }

    mutating func complain(_ message: String, at place: Place, key: String? = nil) {
        problems.append(Problem(place: place, key: key ?? self.key, message: message))
    }

    /// Reads the value of `key`, then returns to the key around it.
    mutating func within<Result>(_ key: String, _ body: (inout Reading) -> Result) -> Result {
        let outer = self.key
        self.key = key
        defer { self.key = outer }
        return body(&self)
    }

    mutating func note(_ place: Place, of key: String) { places[key] = place }
}
