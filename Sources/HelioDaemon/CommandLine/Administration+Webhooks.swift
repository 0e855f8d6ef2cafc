internal import Foundation

/// Webhooks, as the command line asks about them.
extension Administration {
    /// - Returns: the endpoints, and the bytes they came in.
    public func webhooks() throws(AdministrationError) -> (list: [WebhookReport], raw: [UInt8]) {
        struct Page: Decodable { var webhooks: [WebhookReport] }
        let raw = try ask("GET", "/admin/webhooks")
        return (try decode(Page.self, raw).webhooks, raw)
    }

    /// - Parameters:
    ///   - state: `pending`, `dead` or `delivered`; nil for all.
    ///   - limit: at most 1000.
    /// - Returns: newest first, and the bytes they came in.
    public func deliveries(state: String?, limit: Int) throws(AdministrationError) -> (list: [DeliveryReport], raw: [UInt8]) {
        struct Page: Decodable { var deliveries: [DeliveryReport] }
        let raw = try ask("GET", "/admin/deliveries?limit=\(limit)" + (state.map { "&state=\($0)" } ?? ""))
        return (try decode(Page.self, raw).deliveries, raw)
    }

    public func redeliver(_ id: Int64) throws(AdministrationError) {
        _ = try ask("POST", "/admin/deliveries/\(id)/redeliver", [:])
    }

    /// - Returns: what the receiver did, and the bytes it came in.
    public func testWebhook(_ name: String) throws(AdministrationError) -> (report: PingReport, raw: [UInt8]) {
        let raw = try ask("POST", "/admin/webhooks/\(Self.escaped(name))/test", [:])
        return (try decode(PingReport.self, raw), raw)
    }

    public func enableWebhook(_ name: String) throws(AdministrationError) {
        _ = try ask("POST", "/admin/webhooks/\(Self.escaped(name))/enable", [:])
    }

    /// Percent-encoded down to letters, digits and dashes, which never fails for a Swift string.
    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._"))) ?? ""
    }
}

public struct WebhookReport: Sendable, Codable, Equatable {
    public var name: String
    public var url: String
    public var state: String
    public var lastError: String?

    /// One line, safe for a terminal.
    public var line: String {
        let error = lastError.map { "  last error: \($0)" } ?? ""
        return Screen.printable("\(name.padded(to: 16)) \(state.padded(to: 12)) \(url)\(error)")
    }
}

public struct DeliveryReport: Sendable, Codable, Equatable {
    public var id: Int64
    public var event: String
    public var repository: String?
    public var endpoint: String
    public var state: String
    public var attempts: Int
    public var createdAt: String
    public var status: Int?
    public var error: String?

    /// One line, safe for a terminal.
    public var line: String {
        let figures = "\(String(id).padded(to: 8)) \(createdAt)  \(state.padded(to: 9)) \(endpoint.padded(to: 16)) "
        let answer = error == nil ? status.map { ", answered \($0)" } ?? "" : ""
        let what = "\(event) \(repository ?? "-"), \(attempts) \(attempts == 1 ? "attempt" : "attempts")\(answer)"
        return Screen.printable(figures + what + (error.map { ": \($0)" } ?? ""))
    }
}

public struct PingReport: Sendable, Codable, Equatable {
    public var delivered: Bool
    public var status: Int?
    public var error: String?
    public var seconds: Double

    /// One line, safe for a terminal.
    public var line: String {
        let time = "after \(Int((min(max(seconds, 0), 1e9) * 1000).rounded())) ms"
        return Screen.printable(status.map { "answered \($0) \(time)" } ?? "\(error ?? "no answer") (\(time))")
    }
}
