import Glibc
import HelioAPI
import HelioLoop
import HelioNode

/// A node as a process: reads its configuration, serves until it is told to stop, and says how it ended.
///
/// The life of a node in reading order: `serve` → `NodeProcess.run` → `StorageOpening` (what happens behind STARTING and
/// BOOTSTRAPPING) → `NodeDriver` (everything after) → `NodeProcess.stop`.
public enum Daemon {
    /// - Returns: the process's exit code: 0 stopped as asked, 1 failed, 78 the configuration is wrong.
    public static func serve(configurationPath path: String) async -> Int32 {
        DescriptorLimit.raise()
        MemoryArenas.limit()
        let loaded: LoadedConfiguration
        let tokens: TokenFiles
        let tls: TLSFiles
        do {
            loaded = try NodeConfiguration.load(path: path)
            tokens = TokenFiles(try TokenFiles.read(loaded.configuration.http))
            tls = TLSFiles(try TLSFiles.read(loaded.configuration.http.tls).get())
        } catch {
            complain("\(error)")
            return ProcessExit.configuration
        }
        // A peer that is gone is an error of the write, not a death of the process.
        signal(SIGPIPE, SIG_IGN)
        let output = LogOutput(loaded.configuration.log)
        defer { output.stop() }
        let log = NodeLog(output.logger("heliostat"))
        for warning in loaded.warnings { log.warning("configuration", ["warning": .text(warning)]) }
        do throws(LoopError) {
            let process = try NodeProcess(path: path, loaded.configuration, tokens, tls, output, log)
            return await process.run()
        } catch {
            log.error("event loop cannot start", ["error": "\(error)"])
            return ProcessExit.failed
        }
    }

    private static func complain(_ text: String) {
        Array((text + "\n").utf8).withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// What the process's exit says; 64 and 78 as in sysexits.h.
public enum ProcessExit {
    public static let done: Int32 = 0
    public static let failed: Int32 = 1
    public static let usage: Int32 = 64
    public static let configuration: Int32 = 78

    /// Ends the process in five seconds, if nobody has by then. What runs at an exit waits for threads, as swift-subprocess does for
    /// the one that starts programs, and a disk that hangs may hold one.
    public static func insist(on code: Int32) {
        // Where no thread is to be had, nobody insists.
        _ = DetachedThread.startIfPossible {
            sleep(5)
            _exit(code)
        }
    }
}
