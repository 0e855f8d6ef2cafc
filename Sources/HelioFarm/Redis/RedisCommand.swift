/// What can stand as a word of a command.
public protocol RedisWordConvertible {
    var redisWord: RedisWord { get }
}

/// One word of a command: any bytes.
public struct RedisWord: Sendable, Hashable {
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// In UTF-8.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// In decimal.
    public init(_ number: some BinaryInteger) { self.init(String(number)) }
}

extension RedisWord: RedisWordConvertible {
    public var redisWord: RedisWord { self }
}

extension RedisWord: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral text: String) { self.init(text) }
    public init(integerLiteral number: Int) { self.init(number) }
}

extension String: RedisWordConvertible {
    public var redisWord: RedisWord { RedisWord(self) }
}

extension Array: RedisWordConvertible where Element == UInt8 {
    public var redisWord: RedisWord { RedisWord(self) }
}

extension RedisWordConvertible where Self: BinaryInteger {
    public var redisWord: RedisWord { RedisWord(self) }
}

extension Int: RedisWordConvertible {}
extension Int64: RedisWordConvertible {}
extension UInt64: RedisWordConvertible {}

/// A command and its arguments. Its words travel with their lengths, so that no byte in one can begin another.
public struct RedisCommand: Sendable, Hashable {
    public let words: [RedisWord]

    public init(_ words: [RedisWord]) { self.words = words }

    /// Strings, bytes and integers: `RedisCommand("SET", key, token, "NX", "PX", 30_000)`.
    public init(_ words: any RedisWordConvertible...) { self.init(words.map(\.redisWord)) }

    /// `EVAL` of a script. What it touches has to be named in `keys`.
    public static func eval(_ script: String, keys: [String], arguments: [[UInt8]]) -> RedisCommand {
        RedisCommand(["EVAL", RedisWord(script), RedisWord(keys.count)] + keys.map { RedisWord($0) } + arguments.map { RedisWord($0) })
    }

    /// As an array of bulk strings, the one form that takes any bytes.
    func encode(into output: inout [UInt8]) {
        Self.append("*", words.count, to: &output)
        for word in words {
            Self.append("$", word.bytes.count, to: &output)
            output += word.bytes
            output += "\r\n".utf8
        }
    }

    private static func append(_ kind: String, _ count: Int, to output: inout [UInt8]) {
        output += "\(kind)\(count)\r\n".utf8
    }
}
