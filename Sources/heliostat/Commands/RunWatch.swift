internal import ArgumentParser
internal import Glibc
internal import HelioDaemon

/// Waits for a run or a vet to end.
struct RunWatch {
    let node: NodeOptions

    /// Prints how it ended.
    /// - Throws: exit code 1 unless it was a success.
    func wait(for id: String) throws {
        while true {
            let report = try node.ask { administration throws(AdministrationError) in try administration.run(id) }
            guard report.isOver else {
                // Microseconds. Short runs are seen to end at once, long ones cost the node nothing.
                usleep(100_000)
                continue
            }
            let words = [
                report.status, report.seconds.map { "after \(($0 * 10).rounded() / 10) s" }, report.reason.map { "(\($0))" },
            ]
            try Output.line(words.compactMap(\.self).joined(separator: " "))
            if report.status != "success" { throw ExitCode(1) }
            return
        }
    }
}
