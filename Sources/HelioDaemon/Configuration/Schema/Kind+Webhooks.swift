internal import HelioClient
internal import HelioNode
internal import HelioWebhooks

/// A record while it is read.
private struct EndpointDraft: Sendable {
    var name = ""
    var url = ""
    var events: [EventKey] = [.repositorySynchronized]
    var secretFile: String?
    var projects: [String] = []
    var isActive = true
}

extension Kind where Value == [Endpoint] {
    static var webhookEndpoints: Kind {
        let schema = Schema<EndpointDraft>([
            Key("name", \.name, .endpointName, isRequired: true),
            Key("url", \.url, .endpointURL, isRequired: true),
            Key("events", \.events, .list(of: .word(), maximum: 10)),
            Key("secret_file", \.secretFile, .signingKeysFile),
            Key("projects", \.projects, .list(of: .text, maximum: 10_000)),
            Key("active", \.isActive, .flag),
        ])
        return .records(schema, startingWith: EndpointDraft(), maximum: 1000, identity: \.name) { draft throws(Wrong) in
            guard !draft.events.isEmpty else {
                throw Wrong("subscribes to nothing: name at least one of events, or leave the key out; active: false silences it")
            }
            return Endpoint(
                name: draft.name, url: draft.url, events: Set(draft.events), secretFile: draft.secretFile,
                projects: Set(draft.projects.map { ByteString($0) }), isActive: draft.isActive)
        }
    }
}

extension Kind where Value == String {
    /// It stands in paths and in commands.
    fileprivate static var endpointName: Kind {
        .line("a name of letters, digits, dots, dashes and underscores") { text throws(Wrong) in
            let isPlain = text.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
            }
            guard isPlain, text.utf8.count <= 64, !text.hasPrefix(".") else {
                throw Wrong("\(quoted(text)) is not a name of at most 64 letters, digits, dots, dashes and underscores")
            }
        }
    }

    fileprivate static var endpointURL: Kind {
        .line("a URL that starts with http:// or https://") { text throws(Wrong) in
            do throws(DeliveryFailure) {
                try OutboundRequest.check(text)
            } catch {
                // The text is not repeated: it may hold a secret.
                throw Wrong("\(error)")
            }
        }
    }

    /// One secret a line, looked at so that a delivery does not fail later.
    fileprivate static var signingKeysFile: Kind {
        .scalar("the path of a file that holds one secret a line") { text, reading throws(Wrong) in
            let path = try absolute(text, from: reading.directory)
            do {
                _ = try SigningKeys(SecretFile.readAll(path))
            } catch {
                throw Wrong("\(path) \((error as? FileError)?.message ?? "\(error)")")
            }
            return path
        }
    }
}

extension Kind where Value == String {
    /// Looked at here, because a delivery that cannot trust anybody would look like a fault of its receiver.
    static var certificates: Kind {
        .scalar("the path of a file of certificates (PEM)") { text, reading throws(Wrong) in
            let path = try absolute(text, from: reading.directory)
            do throws(FileError) {
                let file = try SmallFile.read(path, limit: 16 << 20)
                guard file.bytes.firstRange(of: Array("-----BEGIN CERTIFICATE-----".utf8)) != nil else {
                    throw FileError(message: "holds no certificate (PEM)")
                }
            } catch {
                throw Wrong("\(path) \(error.message)")
            }
            return path
        }
    }
}

extension Kind where Value == Network {
    static var network: Kind {
        .scalar("a network such as 10.0.0.0/8") { text, _ throws(Wrong) in
            do { return try Network(parsing: text) } catch { throw Wrong("\(error)") }
        }
    }
}
