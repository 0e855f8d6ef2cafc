public import HelioJSON
import HelioNode

extension WebhookEndpoint: JSONValue {
    public func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("name", name)
            json.field("url", url)
            json.array("events") { json in for event in events { json.value(event) } }
            json.array("projects") { json in for project in projects { json.value(project) } }
            json.field("signed", isSigned)
            json.field("state", state)
            json.field("underWay", underWay)
            json.field("lastError", lastError)
        }
    }
}

extension WebhookDelivery: JSONValue {
    public func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("id", id)
            json.field("webhookId", webhookID)
            json.field("event", event)
            json.field("repository", repository)
            json.field("endpoint", endpoint)
            json.field("state", state)
            json.field("attempts", attempts)
            json.field("createdAt", CivilTime(createdAt, .milliseconds))
            json.field("attemptedAt", attemptedAt.map { CivilTime($0, .milliseconds) })
            json.field("status", status)
            json.field("error", error)
        }
    }
}

extension WebhookProbe: JSONValue {
    public func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("delivered", status.map { (200...299).contains($0) } ?? false)
            json.field("status", status)
            json.field("error", error)
            json.field("seconds", duration)
        }
    }
}
