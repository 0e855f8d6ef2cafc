import Testing

@testable import HelioFarm

@Suite struct RedisTermsTests {
    @Test func command_IsEncodedAsBulkStrings_WhateverItsWordsHold() {
        var bytes: [UInt8] = []
        RedisCommand("SET", "k\r\n$1", [0, 255] as [UInt8], -5, Int64.max, "").encode(into: &bytes)
        let expected = "*6\r\n$3\r\nSET\r\n$5\r\nk\r\n$1\r\n$2\r\n".utf8 + [0, 255]
            + "\r\n$2\r\n-5\r\n$19\r\n9223372036854775807\r\n$0\r\n\r\n".utf8
        #expect(bytes == Array(expected))
    }

    @Test func command_IsTheSame_HoweverItIsMade() {
        let key = "k"
        #expect(RedisCommand("GET", key) == RedisCommand(["GET", RedisWord(key)]))
        #expect(RedisCommand("GET", RedisWord(key), 1) == RedisCommand(["GET", "k", 1]))
        #expect(
            RedisCommand.eval("return 1", keys: ["a", "b"], arguments: [[1], []])
                == RedisCommand(["EVAL", "return 1", 2, "a", "b", RedisWord([1]), RedisWord([] as [UInt8])]))
    }

    static let refusals: [(String, RedisError.Refusal)] = [
        ("LOADING Redis is loading the dataset in memory", .loading), ("READONLY You can't write against a read only replica.", .readOnly),
        ("OOM command not allowed when used memory > 'maxmemory'.", .outOfMemory), ("NOAUTH Authentication required.", .noAuth),
        ("WRONGPASS invalid username-password pair", .noAuth), ("NOPERM this user has no permissions", .noPermission),
        ("BUSY Redis is busy running a script.", .busy), ("BUSYGROUP Consumer Group name already exists", .other),
        ("MOVED 3999 127.0.0.1:6381", .moved), ("ASK 3999 127.0.0.1:6381", .moved), ("CLUSTERDOWN Hash slot not served", .moved),
        ("MASTERDOWN Link with MASTER is down", .readOnly), ("WRONGTYPE Operation against a key", .wrongType),
        ("NOSCRIPT No matching script.", .noScript), ("MISCONF Redis is configured to save", .misconfigured),
        ("ERR unknown command", .other),
        // Before 7.0, by a script.
        ("ERR Error running script (call to f_5f2b): @user_script:30: @user_script: 30: -READONLY You can't write.", .readOnly),
        ("ERR Error running script (call to f_5f2b): @user_script:9: Script attempted to access a non local key", .other),
        ("ERR Error compiling script (new function): user_script:1: -READONLY", .other),
        ("LOADING", .loading), ("loading", .other), ("", .other), (" LOADING", .other), ("LOADINGLOADINGLOADINGLOADING", .other),
    ]

    @Test(arguments: refusals.indices) func refusal_IsKnownByItsFirstWord(_ index: Int) {
        let (line, kind) = Self.refusals[index]
        #expect(RedisError(refusal: Array(line.utf8)) == .refused(kind, line))
    }

    @Test func refusal_IsBoundedAndHarmlessInALog() {
        let line = Array("ERR a\r\nb\u{1B}[31m\u{7F}\u{E9} ".utf8) + [0, 0xFF]
        #expect(RedisError(refusal: line) == .refused(.other, #"ERR a\x0D\x0Ab\x1B[31m\x7F\xC3\xA9 \x00\xFF"#))
        for length in 190...2000 {
            guard case .refused(_, let message) = RedisError(refusal: [UInt8](repeating: 0, count: length)) else { continue }
            #expect(message.utf8.count <= 200)
        }
        #expect(RedisError(refusal: Array(String(repeating: "x", count: 197).utf8)).description.hasSuffix("xxx"))
        #expect(RedisError(refusal: Array(String(repeating: "x", count: 198).utf8)).description.hasSuffix("xx..."))
    }

    @Test func everyError_HasItsOwnWords() {
        let errors: [RedisError] = [
            .unavailable("w"), .timedOut, .connectionLost("w"), .protocolViolation("w"), .refused(.other, "w"), .cancelled,
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
    }

    // MARK: Delays

    @Test func delay_GrowsToItsLimit_AndBeginsAgain() {
        var delay = ReconnectDelay(seed: 1)
        var bounds: [Duration] = [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800), .milliseconds(1600)]
        bounds += [Duration](repeating: .seconds(3), count: 200)
        let delays = bounds.map { _ in delay.next(after: .timedOut) }
        #expect(zip(delays, bounds).allSatisfy { $0 >= .zero && $0 <= $1 })
        #expect(delays.suffix(200).contains { $0 > .milliseconds(2900) } && delays.suffix(200).contains { $0 < .milliseconds(100) })
        delay.reset()
        #expect(delay.next(after: .timedOut) <= .milliseconds(100))
    }

    @Test(arguments: [RedisError.Refusal.noAuth, .noPermission]) func delay_IsLong_WhenAnOperatorHasToAct(_ kind: RedisError.Refusal) {
        var delay = ReconnectDelay(seed: 2)
        for _ in 0..<50 { #expect((Duration.seconds(3)...Duration.seconds(6)).contains(delay.next(after: .refused(kind, "")))) }
    }

    @Test func delay_DiffersFromNodeToNode() {
        let delays = (0..<20 as Range<UInt64>).map { seed in
            var delay = ReconnectDelay(seed: seed)
            return delay.next(after: .timedOut)
        }
        #expect(Set(delays).count == 20)
    }

    @Test func nanoseconds_Saturate() {
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(-Int64.max).nanoseconds == .min)
        #expect(Duration.milliseconds(1500).nanoseconds == 1_500_000_000)
    }
}
