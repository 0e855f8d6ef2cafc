import Foundation
import HelioDigest

/// The secrets of one endpoint, the current one first.
public struct SigningKeys: Sendable {
    /// 64 lines: a rotation needs two.
    public static let limit = 64

    private let lines: [[UInt8]]

    /// - Parameter file: one secret a line; empty lines are passed over.
    /// - Throws: when there is none, or one that begins with `whsec_` is not base64.
    public init(_ file: some Collection<UInt8>) throws(SigningKeysError) {
        lines = Array(file).split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map { Array($0) }
        guard !lines.isEmpty else { throw .empty }
        guard lines.count <= Self.limit else { throw .tooMany }
        for line in lines {
            guard !line.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .controlCharacter }
            guard Self.standardKey(line) != nil else { throw .notBase64 }
        }
    }

    /// What Bitbucket's receivers check: hex HMAC-SHA256 of the body with the first line as it stands.
    public func hubSignature(of body: [UInt8]) -> String {
        "sha256=" + HMAC.sha256(of: body, key: lines[0]).map { byte in
            let digits = Array("0123456789abcdef".utf8)
            return String(decoding: [digits[Int(byte >> 4)], digits[Int(byte & 0xF)]], as: UTF8.self)
        }.joined()
    }

    /// Standard Webhooks (specification 1.0, "Signature scheme"): `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, one for
    /// each secret, separated by spaces, so that a receiver that knows any of them accepts.
    ///
    /// - Parameter timestamp: seconds since 1970.
    public func standardSignature(id: String, timestamp: Int64, body: [UInt8]) -> String {
        let signed = Array("\(id).\(timestamp).".utf8) + body
        let codes = lines.compactMap(Self.standardKey).map { HMAC.sha256(of: signed, key: $0) }
        return codes.map { "v1," + Data($0).base64EncodedString() }.joined(separator: " ")
    }

    private static func standardKey(_ line: [UInt8]) -> [UInt8]? {
        let prefix = Array("whsec_".utf8)
        guard line.starts(with: prefix) else { return line }
        guard let key = Data(base64Encoded: Data(line.dropFirst(prefix.count))), !key.isEmpty else { return nil }
        return Array(key)
    }

}

public enum SigningKeysError: String, Error, CustomStringConvertible, Sendable {
    case empty = "holds no secret"
    case tooMany = "holds more than 64 secrets"
    case controlCharacter = "holds a control character"
    case notBase64 = "holds a secret that begins with whsec_ and is not base64"

    public var description: String { rawValue }
}

extension SigningKeys: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<secrets>" }
    public var debugDescription: String { "<secrets>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
