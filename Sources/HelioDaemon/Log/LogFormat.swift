import Glibc
import HelioNode
import Logging

/// How a line looks: text for people, one JSON object for collectors.
enum LineFormat: Sendable {
    case text(colour: Bool)
    case json

    static func choose(_ format: NodeConfiguration.LogFormat, isTerminal: Bool) -> LineFormat {
        switch format {
        case .auto: isTerminal ? .text(colour: true) : .json
        case .text: .text(colour: isTerminal)
        case .json: .json
        }
    }

    func line(at time: WallTime, _ level: Logger.Level, _ message: String, _ fields: [(key: String, value: Field)]) -> [UInt8] {
        switch self {
        case .text(let colour): Self.text(time, level, message, fields, colour)
        case .json: Self.json(time, level, message, fields)
        }
    }

    private static func text(
        _ time: WallTime, _ level: Logger.Level, _ message: String, _ fields: [(key: String, value: Field)], _ colour: Bool
    ) -> [UInt8] {
        let name = level.rawValue.uppercased()
        let shown = colour ? "\(level.colour)\(name)\u{1B}[0m" : name
        let details = fields.map { " \($0.key)=\($0.value.isNumber ? $0.value.description : quoted($0.value.description))" }.joined()
        return Array("\(timestamp(time)) \(shown) \(escaped(message))\(details)".utf8)
    }

    private static func json(
        _ time: WallTime, _ level: Logger.Level, _ message: String, _ fields: [(key: String, value: Field)]
    ) -> [UInt8] {
        let head = [("time", timestamp(time)), ("level", level.rawValue), ("message", message)]
        let members = head.map { "\"\($0.0)\":\"\(escaped($0.1))\"" } + fields.map { field in
            "\"\(escaped(field.key))\":"
                + (field.value.isNumber ? field.value.description : "\"\(escaped(field.value.description))\"")
        }
        return Array("{\(members.joined(separator: ","))}".utf8)
    }

    private static func quoted(_ value: String) -> String {
        value.isEmpty || value.utf8.contains(where: { $0 <= 0x20 || $0 == 0x22 || $0 == 0x3D }) ? "\"\(escaped(value))\"" : escaped(value)
    }

    /// As JSON escapes strings (RFC 8259 section 7); control characters never reach a terminal.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.properties.generalCategory == .control:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// RFC 3339 in UTC with milliseconds.
    static func timestamp(_ time: WallTime) -> String {
        let milliseconds = time.millisecondsSince1970
        var seconds = time_t(milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return "\(milliseconds)" }
        func padded(_ value: some BinaryInteger, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(width - text.count, 0)) + text
        }
        let date = [padded(Int(parts.tm_year) + 1900, 4), padded(parts.tm_mon + 1, 2), padded(parts.tm_mday, 2)]
        let clock = [padded(parts.tm_hour, 2), padded(parts.tm_min, 2), padded(parts.tm_sec, 2)]
        let fraction = padded(milliseconds - Int64(seconds) * 1000, 3)
        return "\(date.joined(separator: "-"))T\(clock.joined(separator: ":")).\(fraction)Z"
    }
}

/// A field on its way through the logging interface, which knows strings and what can be printed.
struct Field: Sendable, CustomStringConvertible {
    let value: LogValue

    init(_ value: LogValue) { self.value = value }

    init(_ metadata: Logger.MetadataValue) {
        if case .stringConvertible(let field as Field) = metadata { self = field } else { self.init(.text("\(metadata)")) }
    }

    var isNumber: Bool {
        if case .text = value { false } else { true }
    }

    var description: String {
        switch value {
        case .text(let text): return text
        case .count(let count): return "\(count)"
        case .duration(let duration):
            let milliseconds = max(duration.wholeNanoseconds, 0) / 1_000_000
            let fraction = "\(1000 + milliseconds % 1000)".dropFirst()
            return "\(milliseconds / 1000).\(fraction)"
        }
    }
}

extension Logger.Level {
    fileprivate var colour: String {
        switch self {
        case .trace, .debug: "\u{1B}[2m"
        case .info, .notice: "\u{1B}[32m"
        case .warning: "\u{1B}[33m"
        case .error, .critical: "\u{1B}[31m"
        }
    }
}
