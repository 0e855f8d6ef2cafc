import HelioNode

/// Who is told of pushes, and what waits for them.
struct WebhooksSection: PageSection {
    private static let budget = 4000
    /// Counted every five seconds while the store answers.
    private static let oldCount = Duration.seconds(20)

    let reading: PageReading

    init(_ reading: PageReading) { self.reading = reading }

    func append(to html: inout HTMLWriter) {
        html.section("webhooks", "Webhooks") { html in
            guard let webhooks = reading.webhooks else {
                return html.element("p", text: "Not counted yet: the storage of the node is not open.")
            }
            let age = reading.age(webhooks.countedAt)
            if age > Self.oldCount {
                html.element("p") { $0.word("Counted \(AgeText.of(age)) ago: the store does not answer.", .warning) }
            }
            html.element("dl", ["class": "figures"]) { html in
                html.figure("Subscriptions", "\(webhooks.endpoints.count)")
                html.figure("Pending", "\(webhooks.pending)", webhooks.pending > 0 ? .busy : .good)
                html.figure("Dead", "\(webhooks.dead)", webhooks.dead > 0 ? .warning : .good)
                html.figure("Oldest waits for", waiting(webhooks))
            }
            if reading.farm.members.count > 1 {
                html.element("p", ["class": "note"], text: "What this node sends. Each event is sent by one node; the others have pages of their own.")
            }
            appendEndpoints(webhooks.endpoints, to: &html)
        }
    }

    private func waiting(_ webhooks: WebhookPicture) -> String {
        guard let oldest = webhooks.oldest else { return "–" }
        return AgeText.of(.milliseconds(max(0, reading.now.wall.millisecondsSince1970 - oldest.millisecondsSince1970)))
    }

    private func appendEndpoints(_ endpoints: [WebhookPicture.Endpoint], to html: inout HTMLWriter) {
        guard !endpoints.isEmpty else { return }
        var left = 0
        let columns = ["Subscription", "State", "Under way", "Last failure since the start"]
        html.table("webhooks", "Subscriptions", columns, isStacked: true) { html in
            left = html.each(of: endpoints, within: Self.budget) { html, endpoint in
                html.element("tr") { html in
                    html.element("th", ["scope": "row", "class": "name"], text: endpoint.name, limit: 60)
                    html.element("td") { $0.word(endpoint.state, Self.urgency(of: endpoint.state)) }
                    html.number("\(endpoint.underWay)")
                    html.element("td", ["class": "why"], text: endpoint.lastError.map(Self.kind) ?? "–")
                }
            }
        }
        html.left(left, "heliostat webhooks list")
    }

    /// What a receiver answered may be known to everybody; what curl says of one that did not names hosts and addresses.
    private static func kind(of error: String) -> String {
        error.hasPrefix("answered ") ? error : "No answer; heliostat webhooks list says why."
    }

    private static func urgency(of state: String) -> Urgency {
        switch state {
        case "active": .good
        case "inactive": .busy
        default: .warning
        }
    }
}
