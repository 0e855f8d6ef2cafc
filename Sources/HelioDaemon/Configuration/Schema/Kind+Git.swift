internal import HelioGit
internal import HelioNode

extension Kind where Value == String {
    /// A private key that ssh would accept: of any form, and closed to everybody else, or ssh refuses it at the first fetch.
    static var sshKeyFile: Kind { privateKeyFile(closedTo: 0o077, "is open to others", "ssh refuses it; chmod 600 it") }

    /// The private key of a certificate. Its group may read it: Debian keeps such keys for a group of their own.
    static var tlsKeyFile: Kind { privateKeyFile(closedTo: 0o007, "is open to everybody", "chmod 640 it") }

    private static func privateKeyFile(closedTo mask: UInt32, _ complaint: String, _ advice: String) -> Kind {
        .scalar("the path of a private key") { text, reading throws(Wrong) in
            let path = try absolute(text, from: reading.directory)
            do throws(FileError) {
                let file = try SmallFile.read(path, limit: SecretFile.maximumSize)
                guard file.mode & mask == 0 else {
                    throw FileError(message: "\(complaint) (mode \(String(file.mode, radix: 8))); \(advice)")
                }
            } catch {
                throw Wrong("\(path) \(error.message)")
            }
            return path
        }
    }

    /// git asks for the password of a user that a proxy's URL names. There is none to give: `credentials` are the upstream's.
    static var proxyURL: Kind {
        .url(["http", "https", "socks5", "socks5h"]) { _, user throws(Wrong) in
            guard user == nil else { throw Wrong("names a user; a proxy that asks for one is not supported") }
        }
    }

    /// A full ref name, which takes along all below it, or a pattern, in which `*` stands for anything but `/`, and `**` for anything.
    static var refPattern: Kind {
        let expectation = "a pattern of full ref names such as refs/pull or refs/*/tmp"
        return .line(expectation) { text throws(Wrong) in
            guard text.hasPrefix("refs/"), !text.contains(where: { " ~^:?[\\".contains($0) }), !text.contains("..") else {
                throw Wrong("\(quoted(text)) is not \(expectation)")
            }
        }
    }

    /// The name of one of git's fsck messages, except those that guard against attacks.
    static var fsckMessage: Kind {
        .line("the name of a git fsck message such as missingEmail") { text throws(Wrong) in
            guard text.allSatisfy({ $0.isASCII && $0.isLetter }) else {
                throw Wrong("\(quoted(text)) is not the name of a git fsck message such as missingEmail")
            }
            let folded = text.lowercased()
            guard !["hasdot", "gitmodules", "symlink"].contains(where: folded.hasPrefix), !folded.hasSuffix("symlink") else {
                throw Wrong("\(text) guards against attacks by .git, .gitmodules or symbolic links and stays an error")
            }
        }
    }
}

/// A record while it is read; `make` turns it into a value that cannot be wrong.
private struct URLDraft: Sendable {
    var project = ""
    var slug = ""
    var url = ""
    var credentials: String?
}

extension Kind where Value == String {
    /// Exactly what is handed to git later: an entry left out then would look like a repository that has gone.
    fileprivate static var upstreamURL: Kind {
        .url(URLUpstream.schemes) { text, user throws(Wrong) in
            if let user, user.contains(":") { throw Wrong("holds a password; put it in a file and name that in credentials") }
            do throws(Failure) {
                try URLUpstream.check(text)
            } catch {
                throw Wrong(error.message)
            }
        }
    }
}

extension Kind where Value == [NodeConfiguration.RepositoryURL] {
    static var repositoryURLs: Kind {
        let schema = Schema<URLDraft>([
            Key("project", \.project, .text, isRequired: true),
            Key("slug", \.slug, .text, isRequired: true),
            Key("url", \.url, .upstreamURL, isRequired: true),
            Key("credentials", \.credentials, .text),
        ])
        return .records(schema, startingWith: URLDraft(), maximum: 20_000, identity: \.name) { draft throws(Wrong) in
            do throws(NameError) {
                let name = try RepositoryName(project: ByteString(draft.project), slug: ByteString(draft.slug))
                return NodeConfiguration.RepositoryURL(name: name, url: draft.url, credentials: draft.credentials)
            } catch {
                throw Wrong(error.rawValue)
            }
        }
    }
}

private struct CredentialsDraft: Sendable {
    var username = ""
    var tokenFile = ""
}

extension Kind where Value == [NodeConfiguration.NamedCredentials] {
    static var namedCredentials: Kind {
        let schema = Schema<CredentialsDraft>([
            Key("username", \.username, .text, isRequired: true),
            Key("token_file", \.tokenFile, .secretFile(), isRequired: true),
        ])
        return .table(schema, startingWith: CredentialsDraft(), maximum: 100) { name, draft throws(Wrong) in
            NodeConfiguration.NamedCredentials(name: name, username: draft.username, tokenFile: draft.tokenFile)
        }
    }
}
