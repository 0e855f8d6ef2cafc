import HelioNode

/// The repositories with which something is wrong, and what cannot be mirrored at all.
struct RepositoriesSection: PageSection {
    private static let budget = 7500
    private static let rejectedShown = 20
    /// What lists the others.
    private static let command = "heliostat status --all"
    private static let rejectedBudget = 2500

    let reading: PageReading

    init(_ reading: PageReading) { self.reading = reading }

    func append(to html: inout HTMLWriter) {
        html.section("repositories", "Repositories to look at") { html in
            appendWorst(to: &html)
            if !reading.snapshot.rejected.isEmpty { appendRejected(to: &html) }
        }
    }

    private func appendWorst(to html: inout HTMLWriter) {
        let worst = reading.worst
        let counts = reading.snapshot.catalogue.counts
        guard counts.total > 0 else { return html.element("p", text: "No repository is known yet.") }
        guard !worst.isEmpty else { return html.element("p", text: "Every repository is as the upstream last had it.") }
        let all = LaggingRepositories.count(counts)
        var left = 0
        let are = all == 1 ? "is not known to be as the upstream has it." : "are not known to be as the upstream has them."
        html.element("p", ["class": "note"], text: "\(all) of \(counts.total) \(are)")
        html.table("repositories", "Repositories to look at", ["Repository", "Status", "For", "Why", "Failures"], isStacked: true) { html in
            left = html.each(of: worst, within: Self.budget) { append($1, to: &$0) }
        }
        html.left(all - worst.count + left, Self.command)
    }

    private func append(_ item: LaggingRepositories.Item, to html: inout HTMLWriter) {
        let entry = item.entry
        html.element("tr") { html in
            html.element("th", ["scope": "row", "class": "name"], text: entry.repository.name.description, limit: 100)
            html.element("td") { $0.word(entry.status.rawValue, Self.urgency(of: entry.status)) }
            html.number(AgeText.of(item.age))
            html.element("td", ["class": "why"]) { html in
                guard let failure = entry.lastFailure else {
                    return html.text(entry.hasCopy ? "A change is known and not here yet." : "The first copy is not here yet.")
                }
                html.element("strong", text: failure.reason.rawValue)
                html.text(" ")
                html.text(reading.shorten(failure.message))
            }
            html.number("\(entry.failedSyncCount)")
        }
    }

    private static func urgency(of status: RepositoryEntry.Status) -> Urgency {
        switch status {
        // Doubtful, where it stands here.
        case .synchronized, .waiting, .behind: .busy
        case .quarantined: .warning
        }
    }

    private func appendRejected(to html: inout HTMLWriter) {
        let rejected = reading.snapshot.rejected
        var left = 0
        html.element("h3", text: "Not mirrored")
        html.element("ul", ["class": "rejected"]) { html in
            left = html.each(of: rejected.prefix(Self.rejectedShown), within: Self.rejectedBudget) { html, item in
                html.element("li") { html in
                    html.element("span", ["class": "name"], text: item.path, limit: 100)
                    html.text(": ")
                    html.text(reading.shorten(item.why))
                }
            }
        }
        html.left(max(0, rejected.count - Self.rejectedShown) + left, Self.command)
    }
}
