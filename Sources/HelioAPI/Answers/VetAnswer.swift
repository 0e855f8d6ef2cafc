import HelioJSON
import HelioNode

/// One vet, for `/admin/runs/{id}`. It was a success when nothing is left that neither equals the upstream nor is quarantined.
struct VetAnswer: JSONValue {
    let id: RunID
    /// nil while it has not ended.
    let report: VetReport?

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("id", id)
            json.field("trigger", "vet")
            if let report {
                json.object("classes") { json in
                    for outcome in VetClass.allCases { json.field(outcome.key, report.count(outcome)) }
                }
            }
            json.field("unresolved", report?.unresolved)
            json.field("status", report.map { $0.unresolved == 0 ? "success" : "fail" })
            json.field("endedAt", report.map { CivilTime($0.endedAt.wall, .milliseconds) })
            json.field("durationSeconds", report?.duration)
        }
    }
}

extension VetClass {
    fileprivate var key: StaticString {
        switch self {
        case .equal: "equal"
        case .lagging: "lagging"
        case .missing: "missing"
        case .extra: "extra"
        case .mismatch: "mismatch"
        case .unknown: "unknown"
        }
    }
}
