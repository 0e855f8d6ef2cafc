import Foundation

/// Stops a process until it gets SIGCONT, and returns when none of its threads runs any more. One of them takes SIGSTOP when it is its turn;
/// on a busy machine the others go on until then, and would do what a test sends them afterwards. After two seconds it returns all the same:
/// a farm takes one that is stopped for longer than its registration for gone.
public func suspend(_ process: Int32) {
    kill(process, SIGSTOP)
    let end = ContinuousClock.now + .seconds(2)
    while !isStopped(process), ContinuousClock.now < end { Pace.block(milliseconds: 1) }
}

/// Also true of a process that is gone.
private func isStopped(_ process: Int32) -> Bool {
    let tasks = "/proc/\(process)/task"
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []  // gone
    return threads.allSatisfy { thread in
        // A thread that has ended meanwhile does nothing either.
        guard let stat = try? String(contentsOfFile: "\(tasks)/\(thread)/stat", encoding: .utf8), let end = stat.lastIndex(of: ")")
        else { return true }
        return ["T", "t", "Z", "X"].contains(stat[end...].split(separator: " ").dropFirst().first.map(String.init))
    }
}
