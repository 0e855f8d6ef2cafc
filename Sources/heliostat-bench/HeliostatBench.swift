import Glibc
import HelioNode

/// Makes the databases that `scripts/bench` starts real nodes on, and that would take hours to reach by mirroring; and measures what
/// happens within a process.
@main
struct HeliostatBench {
    static func main() async throws {
        switch Array(CommandLine.arguments.dropFirst()) {
        case let words where words.count == 3 && words[0] == "synthetic":
            guard let count = Int(words[2]), (1...10_000_000).contains(count) else { usage() }
            try await SyntheticCatalogue(count: count).write(to: words[1])
        case let words where words.count == 3 && words[0] == "mirrored":
            try await MirroredCatalogue(upstream: words[2]).write(to: words[1])
        case ["timer", "1"]: print(await TimerRecording.alone())
        case ["timer", "2"]: print(await TimerRecording.inPairs())
        case let words where words.count == 2 && words[0] == "timer-records":
            guard let count = Int(words[1]), (1...10_000_000).contains(count) else { usage() }
            TimerRecording.record(count)
        case let words where words.count == 2 && words[0] == "event":
            let (with, without) = try await EventCommit.measure(in: words[1])
            print(with, without)
        case let words where words.count == 2 && words[0] == "update":
            guard let count = Int(words[1]), (1000...10_000_000).contains(count) else { usage() }
            var update = try CatalogueUpdate(count: count)
            let (alone, read) = (try update.measure(readers: 0), try update.measure(readers: 20))
            print(alone.change, read.change, alone.insertion, read.insertion, update.copy())
        case ["exposition"]: print(ExpositionRendering().measure())
        default: usage()
        }
    }

    private static func usage() -> Never {
        let text = """
            usage: heliostat-bench synthetic DATA COUNT     a catalogue of COUNT made-up repositories, all with copies
                   heliostat-bench mirrored DATA UPSTREAM   the catalogue of a node that has mirrored the directory UPSTREAM;
                                                            the copies themselves have to be put there by the caller
                   heliostat-bench timer 1|2                nanoseconds a record into a timer: CPU on one thread, time on each of two
                   heliostat-bench timer-records COUNT      nothing but these records, to be watched from outside
                   heliostat-bench event DATA               milliseconds that a change takes in the store with an event, and without
                   heliostat-bench update COUNT             milliseconds of CPU of a change in a catalogue of COUNT alone, and beside 20
                                                            readers; of an insertion, the same; of copying the whole
                   heliostat-bench exposition               milliseconds for rendering 5,000 series

            """
        Array(text.utf8).withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(64)
    }
}
