import Foundation
import Testing

/// Timers that the real Dropwizard Metrics was driven through, with what it answered: `dropwizard-oracle/1`.
struct OracleFile: Decodable {
    let schema: String
    let cases: [OracleCase]

    /// `HELIOSTAT_ORACLE`, or the file that lies in `shared/oracle` beside the checkout.
    static func load() throws -> OracleFile {
        let beside = URL(filePath: #filePath).appending(path: "../../../../../shared/oracle/dropwizard-public.json")
            .standardizedFileURL
        let path = ProcessInfo.processInfo.environment["HELIOSTAT_ORACLE"] ?? beside.path
        guard let data = FileManager.default.contents(atPath: path) else { throw OracleIsMissing(path: path) }
        let file = try JSONDecoder().decode(OracleFile.self, from: data)
        guard file.schema == "dropwizard-oracle/1", !file.cases.isEmpty else { throw OracleIsMissing(path: path) }
        return file
    }
}

struct OracleIsMissing: Error, CustomStringConvertible {
    let path: String

    var description: String {
        "no recorded timers of schema dropwizard-oracle/1 in \(path); HELIOSTAT_ORACLE says where they are (.github/CONTRIBUTING.md)"
    }
}

struct OracleCase: Decodable, CustomTestStringConvertible {
    struct Reservoir: Decodable {
        let size: Int
        let alpha: Double
    }

    enum Kind: String, Decodable { case exact, statistical }

    let id: String
    let kind: Kind
    let reservoir: Reservoir
    let timeline: [OracleStep]
    let repetitions: Int?

    var testDescription: String { id }
}
