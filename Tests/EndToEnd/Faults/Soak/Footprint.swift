import Foundation

/// What a process holds at one moment.
struct Footprint: Sendable {
    /// Since the begin of the observation.
    let seconds: Double
    /// Resident memory, in KiB.
    let resident: Double
    /// Of that, what the process has allocated: the rest are pages of programs, libraries and the database, which come as they are read.
    let anonymous: Double
    /// Of that, the pages of the database that SQLite keeps, as the node tells: they grow with the database, up to a bound.
    let database: Double
    /// Everything else.
    var allocated: Double { anonymous - database }
    let descriptors: Double
    let threads: Double
    /// Children that have ended and that nobody has asked for.
    let zombies: Double

    /// - Parameter database: in KiB.
    /// - Returns: nil when the process is gone.
    init?(of process: Int32, database: Double = 0, at seconds: Double) {
        let files = FileManager.default
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),  // gone
            let descriptors = try? files.contentsOfDirectory(atPath: "/proc/\(process)/fd").count,  // gone
            let all = try? files.contentsOfDirectory(atPath: "/proc")  // there is none without a process
        else { return nil }
        func number(_ key: String) -> Double {
            let line = status.split(separator: "\n").first { $0.hasPrefix(key) }
            return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }.flatMap { Double($0) } ?? 0
        }
        self.seconds = seconds
        self.database = database
        resident = number("VmRSS:")
        anonymous = number("RssAnon:")
        threads = number("Threads:")
        self.descriptors = Double(descriptors)
        zombies = Double(all.compactMap { Int32($0) }.count { Self.isZombie($0, of: process) })
    }

    private static func isZombie(_ process: Int32, of parent: Int32) -> Bool {
        // Ended meanwhile, and asked for.
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8), let end = stat.lastIndex(of: ")")
        else { return false }
        let fields = stat[end...].split(separator: " ")
        return fields.count > 2 && fields[1] == "Z" && fields[2] == "\(parent)"
    }
}

/// How one of the figures of a footprint moves over time.
struct Trend: Sendable {
    let first, last, highest: Double
    /// By least squares over all but the first quarter, in which a process warms up; per hour.
    let slope: Double
    /// The median of the last quarter less that of the second.
    let rise: Double

    /// - Parameter samples: at least four, in the order of time.
    init(_ samples: [Footprint], _ figure: KeyPath<Footprint, Double>) {
        let values = samples.map { $0[keyPath: figure] }
        let quarter = values.count / 4
        first = values.first ?? 0
        last = values.last ?? 0
        highest = values.max() ?? 0
        slope = Self.slope(samples.dropFirst(quarter).map { ($0.seconds / 3600, $0[keyPath: figure]) })
        rise = Self.median(values.suffix(quarter)) - Self.median(values[quarter..<2 * quarter])
    }

    private static func slope(_ points: [(x: Double, y: Double)]) -> Double {
        let count = Double(points.count)
        let (meanX, meanY) = (points.reduce(0) { $0 + $1.x } / count, points.reduce(0) { $0 + $1.y } / count)
        let spread = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
        return spread > 0 ? points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / spread : 0
    }

    private static func median(_ values: ArraySlice<Double>) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
}
