@testable import HelioAPI
import HelioJSON
import HelioNode

/// Hashes and inspections that another node answers, or a saved file holds: read as the JSON that they are, each repository once.
struct RepositoryHashesTarget: FuzzTarget {
    let name = "repository-hashes"
    let maximumLength = 1024

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        try Self.checkHashes(input)
        try Self.checkInspection(input)
    }

    private static func checkHashes(_ input: [UInt8]) throws(BrokenPromise) {
        let found: [HashedRepository]
        do throws(HashesProblem) { found = try RepositoryHashes.read(input) } catch {
            return try promise(error.description.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "a complaint of \(shown(error.description.utf8))")
        }
        try promise(Set(found.map(\.id)).count == found.count, "a repository stands twice in \(found)")
        let written = written(found)
        let again: [HashedRepository]
        do throws(HashesProblem) { again = try RepositoryHashes.read(written) } catch { throw BrokenPromise("\(error): \(shown(written))") }
        try promise(again == found, "written again as \(shown(written))")
    }

    /// With a project for each repository, and the project's number first.
    private static func written(_ repositories: [HashedRepository]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { json in
            json.array("projects") { json in
                for repository in repositories {
                    json.object { json in
                        json.field("id", repository.project.value)
                        json.array("repositories") { json in
                            json.object { json in
                                json.field("id", repository.id.value)
                                json.object("hashes") { json in
                                    json.field("content", repository.content.description)
                                    json.field("metadata", repository.metadata.description)
                                }
                            }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    private static func checkInspection(_ input: [UInt8]) throws(BrokenPromise) {
        guard let line = line(input) else { return }
        let written = Array(line.bytes.dropLast())
        try promise(line.bytes.last == 0x0A && !written.contains(0x0A), "not one line: \(shown(line.bytes))")
        try promise(self.line(written).map { isSame($0, line) } ?? false, "written again as \(shown(written))")
    }

    /// But for seconds, of which a millisecond can be lost: they are written in decimals and read in binary.
    private static func isSame(_ one: InspectionLine, _ other: InspectionLine) -> Bool {
        switch (one, other) {
        case (.header(let one), .header(let other)): one == other
        case (.repository(let one), .repository(let other)):
            (one.id, one.project, one.name, one.content, one.metadata) == (other.id, other.project, other.name, other.content, other.metadata)
                && one.status == other.status && one.disk == other.disk
        case (.end(let one), .end(let other)): one.repositories == other.repositories && one.backlog.behind == other.backlog.behind
        default: false
        }
    }

    private static func line(_ bytes: [UInt8]) -> InspectionLine? {
        do throws(InspectionProblem) { return try InspectionLine(bytes) } catch { return nil }
    }
}
