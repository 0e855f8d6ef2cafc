import HelioNode

/// The state, what speaks against the node, and the figures that say how it stands.
struct StateSection: PageSection {
    private static let concernBudget = 4000

    let reading: PageReading
    let concerns: Concerns

    init(_ reading: PageReading) {
        self.reading = reading
        concerns = Concerns(reading)
    }

    /// What is said aloud when it changes: `SYNCHRONIZED, ready`.
    var verdict: String {
        let snapshot = reading.snapshot
        return snapshot.state.rawValue + ", " + (reading.readiness.isReady ? "ready" : snapshot.draining == nil ? "not ready" : "drained")
    }

    /// For the tab: with how far the first synchronisation has come.
    var title: String { verdict + (reading.snapshot.firstList.map { ", \($0.done) of \($0.total) repositories" } ?? "") }

    var urgency: Urgency {
        if reading.readiness.isReady || reading.snapshot.state != .synchronized { return concerns.worst }
        return max(concerns.worst, .warning)
    }

    func append(to html: inout HTMLWriter) {
        html.element("section", ["id": "state", "class": "state \(urgency.rawValue)"]) { html in
            html.element("h2") { html in
                html.mark(urgency)
                html.element("span", text: reading.snapshot.state.rawValue)
                html.element("span", ["class": "verdict"], text: reading.readiness.isReady ? "ready" : "not ready")
            }
            html.element("p", ["class": "since"]) { html in
                html.text("Since ")
                html.time(reading.wall(reading.snapshot.stateSince.monotonic))
                html.text(", for \(AgeText.of(reading.age(reading.snapshot.stateSince.monotonic))). As of ")
                html.time(reading.now.wall)
                html.text(".")
            }
            appendConcerns(to: &html)
            appendFigures(to: &html)
        }
    }

    private func appendConcerns(to html: inout HTMLWriter) {
        guard !concerns.list.isEmpty else { return html.element("p", ["class": "calm"], text: "Nothing needs a look.") }
        var left = 0
        html.element("ul", ["class": "concerns"]) { html in
            left = html.each(of: concerns.list, within: Self.concernBudget) { html, concern in
                html.element("li", ["class": concern.urgency.rawValue]) { html in
                    html.mark(concern.urgency)
                    html.element("p") { html in
                        html.element("strong", text: concern.what)
                        html.text(" ")
                        html.text(concern.detail, limit: 400)
                    }
                }
            }
        }
        html.left(left, "heliostat status")
    }

    private func appendFigures(to html: inout HTMLWriter) {
        let (snapshot, counts) = (reading.snapshot, reading.snapshot.catalogue.counts)
        let lag = snapshot.lag(at: reading.now.monotonic)
        html.element("dl", ["class": "figures"]) { html in
            html.figure("/status", "\(snapshot.verdict.code)", snapshot.verdict.code == 200 ? .good : .warning)
            let ready = reading.readiness.code(drain: snapshot.settings.drainCode)
            html.figure("/readyz", "\(ready)", reading.readiness.isReady ? .good : snapshot.state == .synchronized ? .warning : .busy)
            html.figure("Lag", AgeText.of(lag), lag > .zero ? .busy : .good)
            html.figure("Upstream answered", snapshot.contactAge(at: reading.now.monotonic).map { AgeText.of($0) + " ago" } ?? "never")
            html.figure("Repositories", "\(counts.total)")
            html.figure("Synchronized", "\(counts.synchronized)")
            html.figure("Behind", "\(counts.behind)", counts.behind > 0 ? .busy : .good)
            html.figure("No copy yet", "\(counts.waiting)", counts.waiting > 0 ? .busy : .good)
            html.figure("Quarantined", "\(counts.quarantined)", counts.quarantined > 0 ? .warning : .good)
            html.figure("Syncs under way", "\(snapshot.queue.running.count)")
            html.figure("Syncs waiting", "\(snapshot.queue.waitingCount)")
            html.figure("Last vet", vet)
        }
    }

    private var vet: String {
        guard let vet = reading.snapshot.vets.last else { return reading.snapshot.openVets.isEmpty ? "none yet" : "under way" }
        return "\(AgeText.of(reading.age(vet.endedAt.monotonic))) ago"
    }
}
