import HelioAPI
import HelioLock

/// The tokens of administration and notification over TCP, read from their files and rotated by a reload.
final class TokenFiles: Sendable {
    private let tokens: Locked<AccessTokens>

    init(_ http: NodeConfiguration.HTTP) throws(ConfigurationError) { tokens = Locked(try Self.read(http)) }

    /// - Throws: what is wrong with a file; the tokens stay as they are then.
    func reload(_ http: NodeConfiguration.HTTP) throws(ConfigurationError) {
        let fresh = try Self.read(http)
        tokens.withLock { $0 = fresh }
    }

    var current: @Sendable () -> AccessTokens { { [tokens] in tokens.withLock { $0 } } }

    private static func read(_ http: NodeConfiguration.HTTP) throws(ConfigurationError) -> AccessTokens {
        AccessTokens(
            admin: try read(http.adminTokenFile, "http.admin_token_file"),
            notify: try read(http.notifyTokenFile, "http.notify_token_file"))
    }

    private static func read(_ path: String?, _ key: String) throws(ConfigurationError) -> String? {
        guard let path else { return nil }
        do throws(FileError) {
            return String(decoding: try SecretFile.read(path, minimum: SecretFile.minimumOwnSize).bytes, as: UTF8.self)
        } catch {
            throw ConfigurationError(file: path, problems: [Problem(place: .start, key: key, message: error.message)])
        }
    }
}
