internal import ArgumentParser
internal import Glibc
internal import HelioDaemon

/// Waits for a run or a vet to end.
struct RunWatch {
    let node: NodeOptions

    /// Prints how it ended.
    /// - Throws: exit code 1 unless it was a success.
    func wait(for id: String) throws {
        let asked = ContinuousClock.now
        while true {
            let report = try report(on: id, isFresh: ContinuousClock.now - asked < .seconds(5))
            if let report, let status = report.status { return try show(report, status) }
            // Microseconds. Short runs are seen to end at once, long ones cost the node nothing.
            usleep(100_000)
        }
    }

    /// The node takes a request before it shows it: a run that was just asked for may not be known for a moment.
    private func report(on id: String, isFresh: Bool) throws -> RunReport? {
        try node.ask { administration throws(AdministrationError) in
            do throws(AdministrationError) {
                return try administration.run(id)
            } catch .refused(let answer) where answer.status == 404 && isFresh {
                return nil
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
