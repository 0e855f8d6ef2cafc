extension Overview {
    /// The picture that `heliostat status` draws.
    ///
    /// - Parameter width: columns of the terminal; nil for a pipe, where nothing is cut.
    public func lines(width: Int?, hasColour: Bool) -> [String] {
        var screen = Screen(width: width, hasColour: hasColour)
        drawState(on: &screen)
        drawProgress(on: &screen)
        drawCounts(on: &screen)
        drawReasons(on: &screen)
        drawWorst(on: &screen)
        drawRejected(on: &screen)
        return screen.lines
    }

    private func drawState(on screen: inout Screen) {
        let colour: Screen.Colour = state == "SYNCHRONIZED" ? .green : state == "ERROR" ? .red : .yellow
        screen.line(
            (label("node"), .faint), (node, .bold), ("  heliostat \(version)", .faint))
        screen.line(
            (label("state"), .faint), (state, colour), (" for \(Self.age(stateSeconds))", nil), (", since \(stateSince)", .faint))
        screen.line(
            (label("/status"), .faint), ("\(status)", status == 200 ? .green : .red), ("   /readyz ", .faint),
            (ready ? "ready" : "not ready", ready ? .green : .red))
        if let draining {
            let kept = drainKept == true ? "  (over restarts)" : ""
            screen.line((label("draining"), .faint), ((draining.isEmpty ? "yes" : draining) + kept, .yellow))
        }
    }

    /// Only while the first copies are being made: later passes are too short to watch.
    private func drawProgress(on screen: inout Screen) {
        let total = repositories.total
        let left = min(max(repositories.firstCopiesLeft, 0), max(total, 0))
        if discovering { screen.line((label("discovery"), .faint), ("asking the upstream for its repositories", nil)) }
        guard left > 0, state != "SYNCHRONIZED" else { return }
        let bar = ProgressBar(done: total - left, total: total, columns: (screen.width ?? 80) - label("").count)
        screen.line((label("first sync"), .faint), (bar.full, .green), (bar.rest, .faint), (bar.figures, nil))
    }

    private func drawCounts(on screen: inout Screen) {
        let counts = repositories
        screen.line(
            (label("repositories"), .faint), ("\(counts.total)", nil), (" total, ", .faint), ("\(counts.synchronized)", nil),
            (" synchronized, ", .faint), ("\(counts.behind)", counts.behind > 0 ? .yellow : nil), (" behind, ", .faint),
            ("\(counts.quarantined)", counts.quarantined > 0 ? .red : nil), (" quarantined", .faint))
        screen.line((label("queue"), .faint), ("\(queue.running) running, \(queue.waiting) waiting", nil))
        let contact =
            lastUpstreamContactSeconds.map { "upstream answered \(Self.age($0)) ago" } ?? "no answer from the upstream yet"
        screen.line(
            (label("lag"), .faint), (Self.age(lagSeconds), lagSeconds > 0 ? .yellow : nil), (", \(contact)", .faint))
        if let purgeGuard { screen.line((label("purge guard"), .faint), (purgeGuard, .red)) }
    }

    private func drawReasons(on screen: inout Screen) {
        guard !reasons.isEmpty else { return }
        screen.gap()
        screen.line((ready ? "ready, although" : "not ready because", .bold))
        for reason in reasons {
            screen.line(
                ("  \(reason.rule)", .yellow), (": \(reason.actual), limit \(reason.limit)", nil), ("; \(reason.remedy)", .faint))
        }
    }

    private func drawWorst(on screen: inout Screen) {
        guard !worst.isEmpty else { return }
        screen.gap()
        screen.line(("repositories to look at", .bold))
        let names = worst.map { Screen.printable($0.repository).count }.max() ?? 0
        for trouble in worst {
            let why = [trouble.reason, trouble.message].compactMap(\.self).joined(separator: ": ")
            let age = Self.age(trouble.seconds)
            let failures = trouble.failures > 0 ? " (\(trouble.failures) \(trouble.failures == 1 ? "failure" : "failures"))" : ""
            screen.line(
                ("  " + Screen.printable(trouble.repository).padded(to: min(names, 40)), nil),
                ("  " + trouble.status.padded(to: 11), trouble.status == "quarantined" ? .red : .yellow),
                (" " + (why.isEmpty ? age : age.padded(to: 7) + " " + why), nil), (failures, .faint))
        }
        drawRest(of: worstTotal, worst.count, on: &screen)
    }

    private func drawRest(of total: Int?, _ shown: Int, on screen: inout Screen) {
        guard let total, total > shown else { return }
        let command = shown < Administration.allOfOverview ? ": heliostat status --all" : ""
        screen.line(("  and \(total - shown) more\(command)", .faint))
    }

    private func drawRejected(on screen: inout Screen) {
        guard !rejected.isEmpty else { return }
        screen.gap()
        screen.line(("not mirrored", .bold))
        for item in rejected { screen.line(("  \(item.path)", nil), ("  \(item.why)", .faint)) }
        drawRest(of: rejectedTotal, rejected.count, on: &screen)
    }

    private func label(_ text: String) -> String { text.padded(to: 14) }

    /// Two units at most: `3d 4h`, `12m 5s`, `1.5s`.
    static func age(_ seconds: Double) -> String {
        // False for what is not a number, too.
        guard seconds >= 0 else { return "?" }
        if seconds == 0 { return "0s" }
        if seconds < 10 { return "\((seconds * 10).rounded() / 10)s" }
        // A number beyond any clock is shown as the largest age there is room for.
        let whole = Int(min(seconds, 1e9).rounded())
        let units = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
        let first = units.firstIndex { whole >= $0.1 } ?? units.count - 1
        let rest = whole % units[first].1
        let tail = first + 1 < units.count ? rest / units[first + 1].1 : 0
        return "\(whole / units[first].1)\(units[first].0)" + (tail > 0 ? " \(tail)\(units[first + 1].0)" : "")
    }
}
