import Glibc
import HelioLock
import HelioNode
import Logging

/// The node's log output: one writer, one format, and a level that can be changed while it runs.
final class LogOutput: Sendable {
    private let writer: LogWriter
    private let format: LineFormat
    let isTerminal: Bool
    private let current: Locked<Logger.Level>

    /// - Parameter descriptor: written to, never closed.
    init(_ log: NodeConfiguration.Log, descriptor: Int32 = STDERR_FILENO) {
        writer = LogWriter(descriptor: descriptor)
        isTerminal = isatty(descriptor) == 1
        format = LineFormat.choose(log.format, isTerminal: isTerminal)
        current = Locked(Logger.Level(log.level))
    }

    var level: Logger.Level {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    /// - Returns: false for a name that is no level.
    func setLevel(named name: String) -> Bool {
        guard let level = Logger.Level(rawValue: name) else { return false }
        self.level = level
        return true
    }

    func logger(_ label: String) -> Logger { Logger(label: label) { _ in Handler(output: self) } }

    /// A line below the log while standard error is a terminal; nil takes it away.
    func show(footer: String?) {
        if isTerminal { writer.show(footer: Array((footer ?? "").utf8)) }
    }

    func stop() { writer.stop() }

    fileprivate func write(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
        let fields = metadata.map { (key: $0.key, value: Field($0.value)) }.sorted { $0.key < $1.key }
        writer.append(format.line(at: SystemClock.wall(), level, message, fields))
    }

    private struct Handler: LogHandler {
        let output: LogOutput
        var metadata: Logger.Metadata = [:]

        var logLevel: Logger.Level {
            get { output.level }
            set { output.level = newValue }
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            output.write(event.level, event.message.description, metadata.merging(event.metadata ?? [:]) { $1 })
        }
    }
}

extension Logger.Level {
    init(_ level: NodeConfiguration.LogLevel) {
        switch level {
        case .trace: self = .trace
        case .debug: self = .debug
        case .info: self = .info
        case .notice: self = .notice
        case .warning: self = .warning
        case .error: self = .error
        case .critical: self = .critical
        }
    }
}
