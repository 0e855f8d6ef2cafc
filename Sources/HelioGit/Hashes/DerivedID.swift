import HelioDigest
public import HelioNode

/// Ids for upstreams that have none: the same on every node, and exact in a JSON number (2^53).
public enum DerivedID {
    public static func project(_ key: ByteString) -> ProjectID { ProjectID(first53Bits(of: key)) }

    public static func repository(_ name: RepositoryName) -> RepositoryID { RepositoryID(first53Bits(of: name.path)) }

    private static func first53Bits(of name: ByteString) -> Int64 {
        let word = SHA256.of(name.bytes).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int64(word >> 11)
    }

    /// - Throws: `.rejected`, naming both, when two projects or two repositories have one id. With 10 million names the
    ///   chance is about one in 180, and one in 18,000 with a million.
    public static func checkCollisions(in repositories: some Sequence<Repository>) throws(Failure) {
        var projects: [ProjectID: ByteString] = [:]
        var names: [RepositoryID: RepositoryName] = [:]
        for repository in repositories {
            let key = repository.project.key
            let otherKey = projects.updateValue(key, forKey: repository.project.id)
            if let otherKey, otherKey != key { throw collision(otherKey.description, key.description) }
            let otherName = names.updateValue(repository.name, forKey: repository.id)
            if let otherName, otherName != repository.name { throw collision("\(otherName)", "\(repository.name)") }
        }
    }

    private static func collision(_ one: String, _ other: String) -> Failure {
        Failure(.rejected, GitMessage.bounded("\(GitMessage.escaped(one)) and \(GitMessage.escaped(other)) have the same id"))
    }
}
