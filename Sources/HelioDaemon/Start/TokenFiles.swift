import HelioAPI
import HelioLock

/// The tokens of the HTTP interface over TCP, read from their files and rotated by a reload.
final class TokenFiles: Sendable {
    private let tokens: Locked<AccessTokens>

    init(_ tokens: AccessTokens) { self.tokens = Locked(tokens) }

    func replace(_ fresh: AccessTokens) { tokens.withLock { $0 = fresh } }

    var current: @Sendable () -> AccessTokens { { [tokens] in tokens.withLock { $0 } } }

    /// - Throws: what is wrong with a file.
    static func read(_ http: NodeConfiguration.HTTP) throws(ConfigurationError) -> AccessTokens {
        AccessTokens(
            read: try read(http.tokenFile, "http.token_file"),
            admin: try read(http.adminTokenFile, "http.admin_token_file"),
            notify: try read(http.notifyTokenFile, "http.notify_token_file"))
    }

    private static func read(_ path: String?, _ key: String) throws(ConfigurationError) -> String? {
        guard let path else { return nil }
        do throws(FileError) {
            return String(decoding: try SecretFile.readOwn(path).bytes, as: UTF8.self)
        } catch {
            throw ConfigurationError(file: path, problems: [Problem(place: .start, key: key, message: error.message)])
        }
    }
}
