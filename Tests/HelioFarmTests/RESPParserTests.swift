import HelioNode
import Testing

@testable import HelioFarm

@Suite struct RESPParserTests {
    /// Everything that comes of these bytes: whole replies, then perhaps an error.
    static func read(_ pieces: some Sequence<[UInt8]>) -> (replies: [RESPValue], error: RedisError?) {
        var parser = RESPParser()
        var replies: [RESPValue] = []
        do throws(RedisError) {
            for piece in pieces {
                parser.append(piece)
                while let reply = try parser.next() { replies.append(reply) }
            }
        } catch {
            return (replies, error)
        }
        return (replies, nil)
    }

    private static func read(_ text: String) -> (replies: [RESPValue], error: RedisError?) { read([Array(text.utf8)]) }

    static let good: [(String, [RESPValue])] = [
        ("+OK\r\n", [.simple("OK")]),
        ("+\r\n", [.simple("")]),
        ("-ERR no\r\n", [.error(Array("ERR no".utf8))]),
        (":0\r\n:-1\r\n:9223372036854775807\r\n:-9223372036854775808\r\n", [.integer(0), .integer(-1), .integer(.max), .integer(.min)]),
        ("$0\r\n\r\n", [.bulk("")]),
        ("$5\r\na\r\nb\n\r\n", [.bulk("a\r\nb\n")]),
        ("$-1\r\n*-1\r\n", [.bulk(nil), .array(nil)]),
        ("*0\r\n", [.array([])]),
        ("*3\r\n:1\r\n$1\r\nx\r\n-E\r\n+next\r\n", [.array([.integer(1), .bulk("x"), .error([0x45])]), .simple("next")]),
        ("*2\r\n*1\r\n*0\r\n*2\r\n$-1\r\n*-1\r\n", [.array([.array([.array([])]), .array([.bulk(nil), .array(nil)])])]),
        (String(repeating: "*1\r\n", count: 8) + ":7\r\n", [(0..<8).reduce(.integer(7)) { value, _ in .array([value]) }]),
    ]

    @Test(arguments: good.indices) func reply_IsRead_InOnePieceAndByteByByte(_ index: Int) {
        let (text, expected) = Self.good[index]
        let whole = Self.read(text)
        #expect(whole.replies == expected && whole.error == nil)
        let slowly = Self.read(text.utf8.map { [$0] })
        #expect(slowly.replies == expected && slowly.error == nil)
    }

    static let bad: [(String, reason: String)] = [
        ("*2147483647\r\n", "limit"), ("*65537\r\n", "limit"), ("*9223372036854775807\r\n", "limit"), ("*-2\r\n", "length -2"),
        ("$-2\r\n", "length -2"), ("$4194305\r\n", "limit"), ("$-9223372036854775808\r\n", "limit"),
        ("$9223372036854775808\r\n", "where a number should be"), ("$\r\n", "where a number should be"),
        ("$-\r\n", "where a number should be"),
        ("$+1\r\n", "where a number should be"), (":1.5\r\n", "where a number should be"), (":0x1\r\n", "where a number should be"),
        ("* 1\r\n", "where a number should be"), (":99999999999999999999\r\n", "where a number should be"),
        ("$3\r\nabcd\r\n", "longer than announced"), ("$1\r\na\rb", "longer than announced"), ("$0\r\nx", "longer than announced"),
        ("+OK\n", "does not end as lines do"), ("+O\rK\r\n", "does not end as lines do"), ("+\n", "does not end as lines do"),
        ("HTTP/1.1 400 Bad Request\r\n", "begins with H"), ("\r\n", "begins with \\x0D"), ("_\r\n", "begins with _"),
        ("%1\r\n", "begins with %"),
        (String(repeating: "*1\r\n", count: 1_000_000), "nested"), (String(repeating: "*2\r\n*1\r\n", count: 5), "nested"),
        ("+" + String(repeating: "x", count: 70_000), "line of more than 64 KiB"),
        ("*" + String(repeating: "1", count: 70_000), "line of more"),
        ("*2\r\n*65535\r\n", "elements"), ("*65536\r\n*1\r\n", "elements"),
    ]

    @Test(arguments: bad.indices) func reply_IsRefused_WhenItIsNoRESPOrTooLarge(_ index: Int) {
        let (text, reason) = Self.bad[index]
        let result = Self.read(text)
        #expect(result.replies.isEmpty)
        guard case .protocolViolation(let what)? = result.error else { return unexpected("\(text.prefix(40)): \(result)") }
        #expect(what.contains(reason))
        #expect(what.utf8.count < 200)
    }

    @Test func reply_IsRefused_WhenItIsLargeInAll() {
        let string = "$4194304\r\n" + String(repeating: "x", count: 4_194_304) + "\r\n"
        let four = Self.read(["*4\r\n", string, string, string, string].map { Array($0.utf8) })
        guard case .protocolViolation(let what)? = four.error else { return unexpected("no error") }
        #expect(what.contains("16 MiB"))
        let three = Self.read(["*3\r\n", string, string, string, "*1\r\n", string].map { Array($0.utf8) })
        #expect(three.error == nil)
        #expect(three.replies.map { $0.array?.count } == [3, 1], "each reply has the limit to itself")
    }

    @Test func manyElements_AreRead() {
        let result = Self.read("*65536\r\n" + String(repeating: ":1\r\n", count: 65_536))
        #expect(result.replies.first?.array?.count == 65_536)
        #expect(Self.read("*-1\r\n*1\r\n").error == nil, "not yet whole is no error")
    }

    @Test func accessors_TellWhatAValueHolds() {
        #expect(RESPValue.simple("a").bytes == [0x61] && RESPValue.bulk("a").bytes == [0x61])
        #expect(RESPValue.error([0x61]).bytes == nil && RESPValue.bulk(nil).bytes == nil && RESPValue.integer(1).bytes == nil)
        #expect(RESPValue.integer(1).integer == 1 && RESPValue.bulk("1").integer == nil)
        #expect(RESPValue.array([]).array == [] && RESPValue.array(nil).array == nil && RESPValue.integer(1).array == nil)
        #expect(RESPValue.bulk(nil).isNull && RESPValue.array(nil).isNull && !RESPValue.bulk("").isNull)
    }

    // MARK: Damage

    private static let sample = Array(
        "*3\r\n$7\r\nmessage\r\n*2\r\n:-42\r\n$-1\r\n+OK\r\n-ERR wrong\r\n$12\r\na\r\nb*1\r\n$3\r\n\r\n*-1\r\n:12345\r\n".utf8)

    @Test func everyTruncation_GivesAPrefixOfTheReplies_AndNoError() {
        let all = Self.read([Self.sample]).replies
        #expect(all.count == 5)
        for end in Self.sample.indices {
            let result = Self.read([Array(Self.sample[..<end])])
            #expect(result.error == nil)
            #expect(result.replies == Array(all.prefix(result.replies.count)) && result.replies.count < all.count)
        }
    }

    @Test func everyChangedByte_IsReadTheSameInEveryPartition_OrRefused() {
        for index in Self.sample.indices {
            for byte in Array("+-:$*\r\n0195ax ".utf8) + [0, 0x7F, 0x80, 0xFF] {
                var damaged = Self.sample
                damaged[index] = byte
                let whole = Self.read([damaged])
                let slowly = Self.read(damaged.map { [$0] })
                #expect(whole.replies == slowly.replies && whole.error == slowly.error, "byte \(byte) at \(index)")
            }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func garbage_NeverTraps_AndReadsTheSameInEveryPartition(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("*$+-:\r\n0123456789\r\n\r\nab".utf8)
        for round in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                let isAny = Bool.random(using: &random)
                return isAny ? UInt8.random(in: 0...255, using: &random) : alphabet[Int.random(in: alphabet.indices, using: &random)]
            }
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...rest.count, using: &random)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let (whole, parts) = (Self.read([bytes]), Self.read(pieces))
            #expect(whole.replies == parts.replies && whole.error == parts.error, "seed \(seed), round \(round): \(bytes)")
        }
    }

    @Test(arguments: [4, 5] as [UInt64]) func anyValue_IsReadAsItWasWritten(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<500 {
            let value = Self.value(nesting: 0, &random)
            var bytes: [UInt8] = []
            Self.write(value, to: &bytes)
            #expect(Self.read([bytes]).replies == [value], "seed \(seed), round \(round)")
        }
    }

    /// A byte at a time is the worst that a sick network can do. Quadratic work would take minutes here.
    @Test(.timeLimit(.minutes(1))) func longString_IsReadInLinearTime_WhenItTrickles() {
        let count = 1 << 18
        let bytes = Array("$\(count)\r\n".utf8) + [UInt8](repeating: 0x78, count: count) + Array("\r\n".utf8)
        #expect(Self.read(bytes.map { [$0] }).replies.first?.bytes?.count == count)
    }

    private static func value(nesting: Int, _ random: inout SeededGenerator) -> RESPValue {
        let text = (0..<Int.random(in: 0...20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let line = text.filter { $0 != 13 && $0 != 10 }
        switch Int.random(in: 0...(nesting < 8 ? 8 : 5), using: &random) {
        case 0: return .simple(line)
        case 1: return .error(line)
        case 2: return .integer(Int64(bitPattern: random.next()))
        case 3: return .bulk(nil)
        case 4: return .array(nil)
        case 5: return .bulk(text)
        default:
            let count = Int.random(in: 0...3, using: &random)
            return .array((0..<count).map { _ in value(nesting: nesting + 1, &random) })
        }
    }

    private static func write(_ value: RESPValue, to bytes: inout [UInt8]) {
        switch value {
        case .simple(let line): bytes += "+".utf8 + line + "\r\n".utf8
        case .error(let line): bytes += "-".utf8 + line + "\r\n".utf8
        case .integer(let number): bytes += ":\(number)\r\n".utf8
        case .bulk(nil): bytes += "$-1\r\n".utf8
        case .bulk(let text?): bytes += "$\(text.count)\r\n".utf8 + text + "\r\n".utf8
        case .array(nil): bytes += "*-1\r\n".utf8
        case .array(let values?):
            bytes += "*\(values.count)\r\n".utf8
            for value in values { write(value, to: &bytes) }
        }
    }
}
