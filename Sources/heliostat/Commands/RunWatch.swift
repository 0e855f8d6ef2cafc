internal import ArgumentParser
internal import Glibc
internal import HelioDaemon

/// Waits for a run or a vet to end.
struct RunWatch {
    /// How long a node may owe its answers before it is taken for gone.
    private static let patience = Duration.seconds(30)

    let node: NodeOptions

    /// Prints how it ended.
    /// - Throws: exit code 1 unless it was a success.
    func wait(for id: String) throws {
        let asked = ContinuousClock.now
        var answered = asked
        while true {
            let isFresh = ContinuousClock.now - asked < .seconds(5)
            switch try report(on: id, isFresh: isFresh, isPatient: ContinuousClock.now - answered < Self.patience) {
            case .report(let report):
                answered = .now
                if let status = report.status { return try show(report, status) }
            case .unknown: answered = .now
            case .silent: break
            }
            // Microseconds. Short runs are seen to end at once, long ones cost the node nothing.
            usleep(100_000)
        }
    }

    private enum Word {
        case report(RunReport), unknown, silent
    }

    /// The node takes a request before it shows it: a run that was just asked for may not be known for a moment. One late answer of
    /// thousands ends nothing.
    private func report(on id: String, isFresh: Bool, isPatient: Bool) throws -> Word {
        try node.ask { administration throws(AdministrationError) in
            do throws(AdministrationError) {
                return .report(try administration.run(id))
            } catch .refused(let answer) where answer.status == 404 && isFresh {
                return .unknown
            } catch .client(.timeout) where isPatient {
                return .silent
            }
        }
    }

    private func show(_ report: RunReport, _ status: String) throws {
        let words = [
            status, report.durationSeconds.map { "after \(($0 * 10).rounded() / 10) s" }, report.reason.map { "(\($0))" },
        ]
        try Output.line(words.compactMap(\.self).joined(separator: " "))
        if status != "success" { throw ExitCode(1) }
    }
}
