import Foundation
import HelioMetrics
import HelioNode
import HelioStore
import TestSupport
import Testing

@testable import HelioDaemon

/// The lines of operations, as they are written.
struct OperationLogTests {
    /// What an operation of the kind looks like in the log.
    private struct Line: Equatable {
        let operation: String
        let message: String
        let level: String
        let status: String?
    }

    private static let everyKind = OperationKind.allCases
    private static let frequent: Set<OperationKind> = [.discovery, .clone, .fetch, .hash, .webhook, .purge, .maintenance, .metadata]

    /// - Returns: what stands in the log after one operation of each kind, line by line.
    private func log(at level: NodeConfiguration.LogLevel, _ end: (HelioDaemon.Operation) -> Void) async throws -> [[String: Any]] {
        let directory = try TemporaryDirectory()
        let pipe = Pipe.make()
        var settings = NodeConfiguration.Log()
        settings.level = level
        settings.format = .json
        let output = LogOutput(settings, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let log = NodeLog(output.logger("test"))
        let store = try await Store.open(directory.path)
        let ledger = OperationLedger(
            store: store, lane: StoreLane(store: store, log: log), boot: "one", metrics: OperationMetrics(Registry()), log: log,
            vetInterval: { .seconds(3600) })
        var random = SystemRandomNumberGenerator()
        for kind in Self.everyKind {
            end(ledger.begin(kind, of: try RepositoryName(ByteString("P/r")), run: RunID(using: &random)))
        }
        await ledger.flush()
        output.stop()
        try pipe.fileHandleForWriting.close()
        let text = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return try text.split(separator: UInt8(ascii: "\n")).map { try JSONSerialization.jsonObject(with: $0) as? [String: Any] ?? [:] }
    }

    private func lines(_ log: [[String: Any]]) -> [Line] {
        log.map { fields in
            Line(
                operation: fields["operation"] as? String ?? "", message: fields["message"] as? String ?? "",
                level: fields["level"] as? String ?? "", status: fields["status"] as? String)
        }
    }

    @Test func operation_HasALineAtItsStart_AndOneAtItsEnd_AtDebug() async throws {
        let log = try await log(at: .debug) { $0.end(failed: false, at: SystemClock.monotonic()) }
        let expected = Self.everyKind.flatMap { kind in
            let level = Self.frequent.contains(kind) ? "debug" : "info"
            return [
                Line(operation: kind.rawValue, message: "operation started", level: level, status: nil),
                Line(operation: kind.rawValue, message: "operation ended", level: level, status: "success"),
            ]
        }
        #expect(lines(log) == expected)
        for (start, end) in zip(log, log.dropFirst()) where start["message"] as? String == "operation started" {
            for name in ["id", "repository", "run"] {
                let value = start[name] as? String
                #expect(value?.isEmpty == false && value == end[name] as? String, "\(name) of \(start)")
            }
            #expect(start["seconds"] == nil && end["seconds"] is NSNumber)
        }
    }

    @Test func operation_IsInTheLog_AtInfo_WhereItIsRareOrEndsBadly() async throws {
        let rare = Self.everyKind.filter { !Self.frequent.contains($0) }
        let well = try await log(at: .info) { $0.end(failed: false, at: SystemClock.monotonic()) }
        #expect(lines(well).map(\.operation) == rare.flatMap { [$0.rawValue, $0.rawValue] })
        let failed = try await log(at: .info) { $0.end(failed: true, because: "disk", at: SystemClock.monotonic()) }
        #expect(ends(failed) == Self.everyKind.map { Self.end($0, "failure", "info") })
        let late = try await log(at: .info) { $0.end(failed: false, at: SystemClock.monotonic() + .seconds(86_400)) }
        #expect(ends(late) == Self.everyKind.map { Self.end($0, "expired", "warning") })
        for log in [failed, late] {
            #expect(lines(log).filter { $0.message == "operation started" }.map(\.operation) == rare.map(\.rawValue))
        }
    }

    private func ends(_ log: [[String: Any]]) -> [Line] { lines(log).filter { $0.message == "operation ended" } }

    private static func end(_ kind: OperationKind, _ status: String, _ level: String) -> Line {
        Line(operation: kind.rawValue, message: "operation ended", level: level, status: status)
    }
}
