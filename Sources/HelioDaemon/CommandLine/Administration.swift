internal import Foundation
internal import HelioNode

/// The administration endpoints of a node, as the command line uses them.
public struct Administration: Sendable {
    private let client: NodeClient

    public init(_ client: NodeClient) { self.client = client }

    /// What a synchronisation is asked for.
    public enum Target: Sendable, Equatable {
        case everything
        case project(String)
        /// `KEY/slug`.
        case repository(String)

        /// - Throws: when `repository` is not `KEY/slug`, so that a typing error is a usage error and no question to the node.
        public init(repository: String) throws(NameProblem) {
            do throws(NameError) {
                _ = try RepositoryName(ByteString(repository))
            } catch {
                throw NameProblem(why: error.rawValue)
            }
            self = .repository(repository)
        }
    }

    public struct NameProblem: Error, Sendable, Equatable {
        public let why: String
    }

    /// As many repositories as an overview ever lists.
    static let allOfOverview = 1000

    /// - Parameter listsAll: and not only the worst.
    /// - Returns: the node's overview, and the bytes it came in.
    public func overview(listsAll: Bool = false) throws(AdministrationError) -> (Overview, raw: [UInt8]) {
        let raw = try ask("GET", "/admin/overview" + (listsAll ? "?limit=\(Self.allOfOverview)" : ""))
        return (try decode(Overview.self, raw), raw)
    }

    /// - Returns: the id of the run.
    public func sync(_ target: Target, acceptDeletions: Bool) throws(AdministrationError) -> String {
        var body: [String: Field] = acceptDeletions ? ["acceptDeletions": .flag(true)] : [:]
        switch target {
        case .everything: break
        case .project(let key): body["project"] = .text(key)
        case .repository(let name): body["repository"] = .text(name)
        }
        return try decode(Started.self, try ask("POST", "/admin/sync", body)).run ?? ""
    }

    /// - Returns: the id of the vet.
    public func vet() throws(AdministrationError) -> String {
        try decode(Started.self, try ask("POST", "/admin/vet", [:])).vet ?? ""
    }

    public func run(_ id: String) throws(AdministrationError) -> RunReport {
        // Percent-encoded down to letters, digits and dashes, which never fails for a Swift string.
        let escaped = id.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-"))) ?? ""
        return try decode(RunReport.self, try ask("GET", "/admin/runs/" + escaped))
    }

    /// - Parameter isKept: over restarts of the node. What is thrown when its store takes nothing for now says that it is drained all the same.
    public func drain(reason: String, isKept: Bool) throws(AdministrationError) {
        _ = try ask("PUT", "/admin/drain", ["reason": .text(reason), "keep": .flag(isKept)])
    }

    public func undrain() throws(AdministrationError) {
        _ = try ask("DELETE", "/admin/drain")
    }

    /// The body of `POST /notify`.
    public static func notification(of repository: String) -> [UInt8] { encode(["repository": .text(repository)]) }

    // MARK: One question

    enum Field: Encodable {
        case text(String), flag(Bool)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .flag(let flag): try container.encode(flag)
            }
        }
    }

    private struct Started: Decodable {
        var run: String?
        var vet: String?
    }

    func ask(_ method: String, _ path: String, _ body: [String: Field]? = nil) throws(AdministrationError) -> [UInt8] {
        let answer: Answer
        do throws(ClientError) {
            answer = try client.send(method, path, json: body.map(Self.encode))
        } catch {
            throw .client(error)
        }
        guard answer.isSuccess else { throw .refused(answer) }
        return answer.body
    }

    private static func encode(_ body: [String: Field]) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Text and truth values always encode: a failure here is a bug of ours.
        guard let data = try? encoder.encode(body) else { preconditionFailure("JSON of texts cannot be encoded") }
        return Array(data)
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws(AdministrationError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw .client(.badAnswer(client.address, "it is not the JSON expected here; is the node of another version?"))
        }
    }
}

/// One run or vet, as far as somebody who waits for it needs to know.
public struct RunReport: Sendable, Codable, Equatable {
    public var id: String
    /// `success`, `fail` or `cancel`; nil while it goes on.
    public var status: String?
    public var durationSeconds: Double?
    public var reason: String?
}

public enum AdministrationError: Error, Sendable, Equatable, CustomStringConvertible {
    case client(ClientError)
    /// The node answered with an error.
    case refused(Answer)

    public var description: String {
        switch self {
        case .client(let error): error.description
        case .refused(let answer): "the node answered \(answer.status): \(answer.message)"
        }
    }
}

extension Answer {
    private struct Errors: Decodable {
        struct One: Decodable { var message: String }
        var errors: [One]
    }

    /// The message of an error answer, safe for a terminal.
    public var message: String {
        // An answer without our errors is shown as it is.
        let errors = try? JSONDecoder().decode(Errors.self, from: Data(body))
        let text = errors?.errors.first?.message ?? String(decoding: body.prefix(200), as: UTF8.self)
        return Screen.printable(text)
    }
}
