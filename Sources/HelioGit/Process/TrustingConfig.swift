import Glibc
import HelioNode

/// The configuration file of one run: the common one, or one on top of it that trusts the upstream's directory.
struct TrustingConfig: Sendable {
    let path: String
    private let isTemporary: Bool

    /// - Throws: `.disk` when the file cannot be made, or not in time; what is made of it later is swept at the next start.
    init(for source: FetchSource?, layout: DataLayout) async throws(Failure) {
        guard let trusted = source?.trusted else {
            (path, isTemporary) = (layout.config, false)
            return
        }
        let text = try GitConfigFile.trusting(trusted, common: layout.config)
        let path = layout.upstreamConfigs + "/" + String(UInt64.random(in: 0 ... .max), radix: 36)
        try await DiskThreads.shared.runOwn { () throws(Failure) in
            try Files.write(path, Array(text.utf8), mode: 0o640, exclusive: true, durable: false)
        }
        (self.path, isTemporary) = (path, true)
    }

    /// To be called when the run is over.
    func remove() async {
        guard isTemporary else { return }
        // A disk that hangs keeps it until the next start sweeps it.
        _ = try? await DiskThreads.shared.runOwn { unlink(path) }
    }
}
