import Foundation

/// A certificate of one's own, made by openssl(1): for `localhost` and 127.0.0.1, its own authority.
public struct CertificateFixture: Sendable {
    public struct Failure: Error { public let output: String }

    /// PEM.
    public let certificate: String
    /// PEM, mode 0600.
    public let key: String

    /// - Parameters:
    ///   - name: of the files, and the common name.
    ///   - days: how long it is good for, from `start` on.
    ///   - start: as faketime(1) takes it, such as `10 days ago`; nil for now.
    ///   - password: of the key; nil for none.
    public init(in directory: String, _ name: String, days: Int = 2, start: String? = nil, password: String? = nil) throws {
        certificate = "\(directory)/\(name).pem"
        key = "\(directory)/\(name).key"
        var words = start.map { ["faketime", $0] } ?? []
        words += ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        words += password.map { ["-passout", "pass:\($0)"] } ?? ["-nodes"]
        words += ["-days", "\(days)", "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        words += ["-keyout", key, "-out", certificate]
        let (process, pipe) = (Process(), Pipe.make())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardError = pipe
        try process.start()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(output: String(decoding: output, as: UTF8.self)) }
    }
}
