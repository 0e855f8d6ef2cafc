/// One line of a case's timeline. Times are nanoseconds since the timer was made.
enum OracleStep: Decodable {
    /// With their durations in nanoseconds.
    case updates(OracleTimes, [Int64])
    case scrape(OracleTimes)
    /// The wall clock jumps, of which a timer by the monotonic clock knows nothing.
    case wallStep
    case read(OracleRead)

    private enum CodingKeys: String, CodingKey { case op, value }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .op) {
        case "updates":
            let times = try OracleTimes(from: decoder)
            self = .updates(times, try container.decode(OracleValues.self, forKey: .value).first(times.n))
        case "scrape": self = .scrape(try OracleTimes(from: decoder))
        case "wall_step": self = .wallStep
        case "read": self = .read(try OracleRead(from: decoder))
        case let other:
            throw DecodingError.dataCorruptedError(forKey: .op, in: container, debugDescription: "unknown step \(other)")
        }
    }
}

struct OracleTimes: Decodable {
    let n: Int
    let t0_ns: Int64
    let dt_ns: Int64
}

/// The column of the lock-free reservoir: `expect`, where 4.2 differs `expect_42`, where its monotonic weights differ
/// `expect_lockfree`.
struct OracleRead: Decodable {
    let id: String
    let t_ns: Int64
    let expect: [String: OracleNumber]?
    let expect_42: [String: OracleNumber]?
    let expect_lockfree: [String: OracleNumber]?
    let accept: [String: [OracleNumber]]?
    let accept_lockfree: [String: [OracleNumber]]?
    let expect_distribution: [String: OracleDistribution]?
    let expect_distribution_lockfree: [String: OracleDistribution]?

    var expected: [String: Double] {
        [expect, expect_42, expect_lockfree].reduce(into: [:]) { merged, column in
            merged.merge((column ?? [:]).mapValues(\.value)) { $1 }
        }
    }

    /// What may stand in place of a percentile that lies on the edge of two samples: of the column that is expected.
    func accepts(_ field: String, _ value: Double) -> Bool {
        let column = expect_lockfree?[field] == nil ? accept : nil
        return ((column?[field] ?? []) + (accept_lockfree?[field] ?? [])).contains { $0.value == value }
    }
}

/// A number; what JSON has no numbers for is written out.
struct OracleNumber: Decodable {
    let value: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let word = try? container.decode(String.self) {  // it is a number in all other cases, which the next line reads
            guard let value = ["Infinity": Double.infinity, "-Infinity": -.infinity, "NaN": .nan][word] else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "no number: \(word)")
            }
            self.value = value
        } else {
            value = try container.decode(Double.self)
        }
    }
}

/// Over many runs: one number when all agreed.
struct OracleDistribution: Decodable {
    let mean: Double
    let sd: Double
    let range: ClosedRange<Double>?
    let isConstant: Bool

    private enum CodingKeys: String, CodingKey { case mean, sd, min, max }

    init(from decoder: any Decoder) throws {
        // Either a number or an object; whichever it is, the other reading fails.
        if let number = try? OracleNumber(from: decoder) {
            (mean, sd, range, isConstant) = (number.value, 0, nil, true)
            return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mean = try container.decode(Double.self, forKey: .mean)
        sd = try container.decode(Double.self, forKey: .sd)
        let low = try container.decodeIfPresent(Double.self, forKey: .min)
        range = try low.map { $0...(try container.decode(Double.self, forKey: .max)) }
        isConstant = false
    }
}
