/// Under which names Bitbucket shows its mirror timers.
enum TimerBeanName {
    private static let domain = "com.atlassian.bitbucket"

    /// `com.atlassian.bitbucket:type=metrics,category00=mirror,category01=…,name=…`. The parts of the timer's name are the
    /// categories, and the last one is the name; of operations, it is the outcome. `farm.vet`, a category with no other timer, is
    /// `timer` in it.
    static func categorized(_ timer: String, outcome: String) -> ObjectName {
        var parts = ["mirror"] + timer.split(separator: ".").map(String.init)
        if isOperation(timer) { parts.append(outcome) }
        if timer == "farm.vet" { parts.append("timer") }
        let categories = parts.dropLast().enumerated().map { "category0\($0.offset)=\($0.element)" }
        let text = "\(domain):" + (["type=metrics"] + categories + ["name=\(parts[parts.count - 1])"]).joined(separator: ",")
        do throws(ObjectNameError) { return try ObjectName(text) } catch {
            preconditionFailure("the timer \(timer) has no legal name: \(error.rawValue)")
        }
    }

    /// `com.atlassian.bitbucket:mirror.operation.local.fetch.success`: as Atlassian's documentation prints the names of
    /// operations, though JMX has no such names. nil for other timers.
    static func dotted(_ timer: String, outcome: String) -> String? {
        isOperation(timer) ? "\(domain):mirror.\(timer).\(outcome)" : nil
    }

    private static func isOperation(_ timer: String) -> Bool { timer.utf8.starts(with: "operation.".utf8) }
}
