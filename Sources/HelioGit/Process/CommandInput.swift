import Glibc
import HelioNode
import SystemPackage

/// What git reads on its standard input, as a file without a name: a child that exits without reading breaks no pipe of ours,
/// and nothing has to be fed meanwhile.
struct CommandInput: ~Copyable {
    let descriptor: FileDescriptor

    init(_ bytes: [UInt8], layout: DataLayout) throws(Failure) {
        let raw = bytes.isEmpty ? open("/dev/null", O_RDONLY | O_CLOEXEC) : try Self.unnamedFile(layout.home)
        guard raw >= 0 else { throw Files.failure("open", "/dev/null", errno) }
        do throws(Failure) {
            try Files.writeAll(raw, bytes, "git's input")
        } catch {
            Glibc.close(raw)
            throw error
        }
        lseek(raw, 0, SEEK_SET)
        descriptor = FileDescriptor(rawValue: raw)
    }

    deinit { Glibc.close(descriptor.rawValue) }

    private static func unnamedFile(_ directory: String) throws(Failure) -> Int32 {
        var template = Array((directory + "/input-XXXXXX").utf8CString)
        let raw = mkstemp(&template)
        guard raw >= 0 else { throw Files.failure("make a file in", directory, errno) }
        unlink(template)
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)  // a valid descriptor, so it cannot fail
        return raw
    }
}

/// The configuration file of one run: the common one, or one on top of it that trusts the upstream's directory.
struct TrustingConfig: ~Copyable {
    let path: String
    private let temporary: Bool

    init(for source: FetchSource?, layout: DataLayout) throws(Failure) {
        guard let trusted = source?.trusted else {
            (path, temporary) = (layout.config, false)
            return
        }
        let text = try GitConfigFile.trusting(trusted, common: layout.config)
        let path = layout.upstreamConfigs + "/" + String(UInt64.random(in: 0 ... .max), radix: 36)
        try Files.write(path, Array(text.utf8), mode: 0o640, exclusive: true, durable: false)
        (self.path, temporary) = (path, true)
    }

    deinit { if temporary { unlink(path) } }
}
