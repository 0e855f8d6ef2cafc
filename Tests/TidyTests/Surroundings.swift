import Foundation
import TestSupport

/// What the package manifest says about our own targets.
enum PackageTargets {
    /// Reads `module("Name", […])` and the executable; names of foreign products stand there without quotes.
    static func ourDependencies(in manifest: String) -> [String: Set<String>] {
        let compact = manifest.filter { !$0.isWhitespace }
        var found: [String: Set<String>] = [:]
        for match in compact.matches(of: #/(?:module\(|executableTarget\(name:)"([^"]+)"(?:,(?:dependencies:)?\[([^\]]*)\])?/#) {
            let names = (match.output.2 ?? "").matches(of: #/"([^"]+)"/#).map { String($0.output.1) }
            found[String(match.output.1)] = Set(names.filter(ImportTable.isOurs))
        }
        return found
    }
}

enum Changelog {
    struct Entry: Equatable {
        let version: String
        var urgency: String?
    }

    static let urgencies: Set = ["LOW", "MODERATE", "HIGH", "CRITICAL"]

    static func entries(in text: String) -> [Entry] {
        var found: [Entry] = []
        for line in text.split(separator: "\n") {
            if let heading = line.wholeMatch(of: #/## (\d+\.\d+\.\d+) - .+/#) {
                found.append(Entry(version: String(heading.output.1)))
            } else if !found.isEmpty, let urgency = line.prefixMatch(of: #/Urgency: ([A-Z]+)\./#) {
                found[found.count - 1].urgency = String(urgency.output.1)
            }
        }
        return found
    }

    /// Constants named `version` in our sources.
    static func declaredVersions(in source: String) -> [String] {
        source.matches(of: #/let version(?:: String)? = "(\d+\.\d+\.\d+)"/#).map { String($0.output.1) }
    }
}

enum Markdown {
    /// What links and images name: a path, a heading of it, or a heading of the page itself. Addresses elsewhere are left out.
    static func targets(in text: String) -> [(path: String, heading: String?)] {
        text.matches(of: #/\]\(([^)#\s:]*)(?:#([^)\s:]+))?\)/#).map { match in
            (path: String(match.output.1), heading: match.output.2.map { String($0) })
        }
    }

    /// As viewers name them in links: in lower case, with hyphens for spaces and without punctuation.
    static func headings(in text: String) -> Set<String> {
        let titles = text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { $0.drop { $0 == "#" }.dropFirst().lowercased() }
        return Set(titles.map { title in
            title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }.replacing(" ", with: "-")
        })
    }
}

enum Bash {
    static func accepts(_ script: String) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-n", "-c", script]
        process.standardError = FileHandle.nullDevice
        try process.start()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
