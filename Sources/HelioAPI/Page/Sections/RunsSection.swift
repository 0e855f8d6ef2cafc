import HelioNode

/// The last runs: a plot of how long they took, and the same as a table.
struct RunsSection: PageSection {
    private static let rows = 15
    private static let budget = 5000

    let reading: PageReading
    /// The oldest claim first.
    let runs: [Run]

    init(_ reading: PageReading) {
        self.reading = reading
        runs = reading.runs.suffix(RunsPlot.shown)
    }

    func append(to html: inout HTMLWriter) {
        html.section("runs", "Runs") { html in
            guard !runs.isEmpty else { return html.element("p", text: "No run yet.") }
            let plot = RunsPlot(bars)
            html.element("figure") { html in
                plot.append(to: &html)
                html.element("figcaption", text: plot.description)
            }
            html.element("details", ["id": "runs-details"]) { html in
                html.element("summary", ["id": "runs-summary"], text: "As a table")
                appendTable(to: &html)
            }
        }
    }

    private var bars: [RunsPlot.Bar] {
        runs.map { run in
            let ending: RunsPlot.Ending =
                switch run.end?.status {
                case .success: .success
                case .fail: .failure
                case .cancel: .cancelled
                case nil: .open
                }
            return RunsPlot.Bar(duration: duration(of: run), ending: ending)
        }
    }

    private func duration(of run: Run) -> Duration { run.end?.duration ?? reading.age(run.claimedAt.monotonic) }

    private func appendTable(to html: inout HTMLWriter) {
        let columns = ["Claimed", "Took", "Status", "Scope", "Trigger", "Repositories", "Why"]
        var left = max(0, runs.count - Self.rows)
        html.table("runs", "The last runs, newest first", columns) { html in
            left += html.each(of: runs.suffix(Self.rows).reversed(), within: Self.budget) { append($1, to: &$0) }
        }
        html.left(left, "/admin/runs")
    }

    private func append(_ run: Run, to html: inout HTMLWriter) {
        html.element("tr") { html in
            html.element("th", ["scope": "row"]) { $0.time(run.claimedAt.wall) }
            html.number(AgeText.of(duration(of: run)))
            html.element("td") { html in
                switch run.end?.status {
                case .success: html.word("success", .good)
                case .fail: html.word("failed", .bad)
                case .cancel: html.word("cancelled", .warning)
                case nil: html.word("under way", .busy)
                }
            }
            html.cell("\(run.scope)", limit: 60)
            html.cell(run.trigger.rawValue)
            html.cell(repositories(of: run))
            html.cell((run.end?.reason ?? run.discoveryFailure?.description).map(reading.shorten) ?? "–")
        }
    }

    private func repositories(of run: Run) -> String {
        guard let planned = run.planned else { return "–" }
        let failed = run.outcomes[.fail, default: 0]
        return "\(planned - run.outstandingCount) of \(planned)" + (failed > 0 ? ", \(failed) failed" : "")
    }
}
