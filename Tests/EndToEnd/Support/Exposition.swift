import Foundation

/// An answer of `/metrics`, read for the numbers in it. Whether it is well formed is another test's question.
struct Exposition {
    struct Sample: Hashable {
        let name: String
        let labels: [String: String]
        let value: Double

        /// NaN equals itself here: "still nothing" is no change.
        static func == (a: Self, b: Self) -> Bool {
            a.name == b.name && a.labels == b.labels && (a.value == b.value || a.value.isNaN && b.value.isNaN)
        }
    }

    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    let samples: [Sample]
    /// Families by the name of their `# TYPE` line.
    let types: [String: String]

    init(_ text: String) throws {
        var (samples, types): ([Sample], [String: String]) = ([], [:])
        for line in text.split(separator: "\n") {
            if let match = line.wholeMatch(of: #/# TYPE (\S+) (\S+)/#) {
                types[String(match.output.1)] = String(match.output.2)
            } else if !line.hasPrefix("#") {
                samples.append(try Self.sample(line))
            }
        }
        self.samples = samples
        self.types = types
    }

    private static func sample(_ line: Substring) throws -> Sample {
        guard let match = line.wholeMatch(of: #/([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)/#), let value = Double(match.output.3) else {
            throw Unreadable(description: String(line))
        }
        let labels = (match.output.2 ?? "").matches(of: #/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/#)
        return Sample(
            name: String(match.output.1),
            labels: Dictionary(labels.map { (String($0.output.1), String($0.output.2)) }) { first, _ in first }, value: value)
    }

    /// The only sample of this name with these among its labels.
    /// - Throws: when there is none, or another one.
    func value(_ name: String, _ labels: [String: String] = [:]) throws -> Double {
        let found = matching(name, labels)
        guard let only = found.first, found.count == 1 else { throw Unreadable(description: "\(found.count) samples \(name)\(labels)") }
        return only.value
    }

    /// The sum of all samples of this name with these among their labels.
    func sum(_ name: String, _ labels: [String: String] = [:]) -> Double { matching(name, labels).reduce(0) { $0 + $1.value } }

    func matching(_ name: String, _ labels: [String: String] = [:]) -> [Sample] {
        samples.filter { sample in sample.name == name && labels.allSatisfy { sample.labels[$0] == $1 } }
    }

    /// The family that a sample belongs to, by the suffixes that its type allows.
    func family(of sample: Sample) -> String? {
        let suffixes = ["", "_bucket", "_sum", "_count"]
        return suffixes.lazy.filter { sample.name.hasSuffix($0) }.map { String(sample.name.dropLast($0.count)) }.first { types[$0] != nil }
    }
}

extension NodeFixture {
    /// What the node exports now, as `curl` without headers gets it.
    func metrics() throws -> Exposition {
        let answer = try get("/metrics")
        guard answer.status == 200 else { throw Exposition.Unreadable(description: "/metrics answered \(answer.status)") }
        return try Exposition(answer.body)
    }
}
