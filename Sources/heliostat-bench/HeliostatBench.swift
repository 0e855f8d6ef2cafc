import Glibc
import HelioNode

/// Makes the databases that `scripts/bench` starts real nodes on, and that would take hours to reach by mirroring.
@main
struct HeliostatBench {
    static func main() async throws {
        switch Array(CommandLine.arguments.dropFirst()) {
        case let words where words.count == 3 && words[0] == "synthetic":
            guard let count = Int(words[2]), (1...10_000_000).contains(count) else { usage() }
            try await SyntheticCatalogue(count: count).write(to: words[1])
        case let words where words.count == 3 && words[0] == "mirrored":
            try await MirroredCatalogue(upstream: words[2]).write(to: words[1])
        default: usage()
        }
    }

    private static func usage() -> Never {
        let text = """
            usage: heliostat-bench synthetic DATA COUNT     a catalogue of COUNT made-up repositories, all with copies
                   heliostat-bench mirrored DATA UPSTREAM   the catalogue of a node that has mirrored the directory UPSTREAM;
                                                            the copies themselves have to be put there by the caller

            """
        Array(text.utf8).withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(64)
    }
}
