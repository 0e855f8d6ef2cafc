public import HelioNode

/// One repository of a `repo-hashes` document.
public struct HashedRepository: Sendable, Equatable {
    public let id: RepositoryID
    public let project: ProjectID
    public let content: MirrorHash
    /// `.unknown` where the document has no metadata hashes.
    public let metadata: MirrorHash
}

/// Why a document is no `repo-hashes`.
public struct HashesProblem: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
}

extension RepositoryHashes {
    /// More repositories than any upstream has, and what they take in memory.
    public static let limit = 2_000_000

    /// Reads what a node streams, what `heliostat hashes` prints, and what a Bitbucket mirror answers: names that are not known here
    /// are passed over, in whatever order they come.
    /// - Throws: for everything that is not whole, not this shape, names a repository twice, or has no content hashes.
    public static func read(_ bytes: [UInt8]) throws(HashesProblem) -> [HashedRepository] {
        var reader = HashesReader(bytes)
        return try reader.document()
    }
}

/// Goes through the document once, without a tree of it: a hundred thousand repositories are 20 MB of text.
private struct HashesReader {
    /// Of what is passed over.
    private static let depth = 16

    private var scanner: JSONScanner
    private var found: [HashedRepository] = []
    private var ids: Set<RepositoryID> = []

    init(_ bytes: [UInt8]) { scanner = JSONScanner(bytes) }

    mutating func document() throws(HashesProblem) -> [HashedRepository] {
        scanner.skipSpaces()
        if scanner.isAtEnd { throw HashesProblem(description: "it is empty") }
        var hasProjects = false
        try object { (reader, name) throws(HashesProblem) in
            guard name.elementsEqual("projects".utf8) else { return try reader.skip() }
            guard !hasProjects else { throw reader.wrong("it lists its projects twice") }
            hasProjects = true
            try reader.array { (reader) throws(HashesProblem) in try reader.project() }
        }
        scanner.skipSpaces()
        guard scanner.isAtEnd else { throw wrong("something follows its end") }
        guard hasProjects else { throw HashesProblem(description: "it has no projects: it is not the answer of repo-hashes") }
        return found
    }

    private mutating func project() throws(HashesProblem) {
        var project: ProjectID?
        let first = found.count
        try object { (reader, name) throws(HashesProblem) in
            if name.elementsEqual("id".utf8) {
                project = ProjectID(try reader.integer())
            } else if name.elementsEqual("repositories".utf8) {
                // The project's id may come after its repositories.
                let known = project ?? ProjectID(0)
                try reader.array { (reader) throws(HashesProblem) in try reader.repository(of: known) }
            } else {
                try reader.skip()
            }
        }
        guard let project else { throw wrong("a project has no id") }
        for index in first..<found.count where found[index].project != project {
            let repository = found[index]
            found[index] = HashedRepository(
                id: repository.id, project: project, content: repository.content, metadata: repository.metadata)
        }
    }

    private mutating func repository(of project: ProjectID) throws(HashesProblem) {
        var id: RepositoryID?
        var hashes: (content: MirrorHash?, metadata: MirrorHash?) = (nil, nil)
        try object { (reader, name) throws(HashesProblem) in
            if name.elementsEqual("id".utf8) {
                guard id == nil else { throw reader.wrong("a repository has two ids") }
                id = RepositoryID(try reader.integer())
            } else if name.elementsEqual("hashes".utf8) {
                hashes = try reader.hashes()
            } else {
                try reader.skip()
            }
        }
        guard let id else { throw wrong("a repository has no id") }
        guard let content = hashes.content else { throw wrong("repository \(id.value) has no content hash") }
        guard ids.insert(id).inserted else { throw wrong("repository \(id.value) stands in it twice") }
        guard found.count < RepositoryHashes.limit else { throw wrong("it has more than \(RepositoryHashes.limit) repositories") }
        found.append(HashedRepository(id: id, project: project, content: content, metadata: hashes.metadata ?? .unknown))
    }

    private mutating func hashes() throws(HashesProblem) -> (content: MirrorHash?, metadata: MirrorHash?) {
        var (content, metadata): (MirrorHash?, MirrorHash?) = (nil, nil)
        try object { (reader, name) throws(HashesProblem) in
            if name.elementsEqual("content".utf8) {
                content = try reader.hash()
            } else if name.elementsEqual("metadata".utf8) {
                metadata = try reader.hash()
            } else {
                try reader.skip()
            }
        }
        return (content, metadata)
    }

    // MARK: Tokens

    private mutating func hash() throws(HashesProblem) -> MirrorHash {
        guard let hash = MirrorHash(hex: try scan { (scanner) throws(JSONError) in try scanner.string() }) else {
            throw wrong("a hash is neither 64 hexadecimal digits nor 40 zeros")
        }
        return hash
    }

    private mutating func integer() throws(HashesProblem) -> Int64 {
        let digits = try scan { (scanner) throws(JSONError) in try scanner.number() }
        guard let value = Int64(String(decoding: digits, as: UTF8.self)) else { throw wrong("an id is no whole number") }
        return value
    }

    private mutating func skip() throws(HashesProblem) {
        _ = try scan { (scanner) throws(JSONError) in try scanner.tree(depth: Self.depth) }
    }

    private mutating func object(_ field: (inout HashesReader, [UInt8]) throws(HashesProblem) -> Void) throws(HashesProblem) {
        try expect(UInt8(ascii: "{"))
        guard !take(UInt8(ascii: "}")) else { return }
        repeat {
            scanner.skipSpaces()
            let name = try scan { (scanner) throws(JSONError) in try scanner.string() }
            try expect(UInt8(ascii: ":"))
            scanner.skipSpaces()
            try field(&self, name)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    private mutating func array(_ element: (inout HashesReader) throws(HashesProblem) -> Void) throws(HashesProblem) {
        try expect(UInt8(ascii: "["))
        guard !take(UInt8(ascii: "]")) else { return }
        repeat {
            scanner.skipSpaces()
            try element(&self)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        scanner.skipSpaces()
        return scanner.take(byte)
    }

    private mutating func expect(_ byte: UInt8) throws(HashesProblem) {
        guard take(byte) else { throw malformed() }
    }

    private mutating func scan<Value>(_ body: (inout JSONScanner) throws(JSONError) -> Value) throws(HashesProblem) -> Value {
        do throws(JSONError) {
            return try body(&scanner)
        } catch {
            throw error == .tooDeep ? wrong("it is nested too deeply") : malformed()
        }
    }

    private func malformed() -> HashesProblem {
        scanner.isAtEnd ? HashesProblem(description: "it is cut: it ends after \(scanner.position) bytes, in the middle")
            : wrong("it is not the JSON expected here")
    }

    private func wrong(_ what: String) -> HashesProblem { HashesProblem(description: "\(what) (byte \(scanner.position))") }
}
