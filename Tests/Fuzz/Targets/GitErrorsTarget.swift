@testable import HelioGit
import HelioNode

/// What git says when it fails: one reason, one line for people without secrets, and an upstream that cannot talk itself out of its faults.
struct GitErrorsTarget: FuzzTarget {
    let name = "git-errors"
    let maximumLength = 1024

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        for isUpstream in [true, false] {
            let failure = Classification.failure(stderr: input, exitCode: 128, isUpstream: isUpstream)
            try Self.checkWords(failure.message)
            try promise(failure.reason == Classification.reason(of: input, isUpstream: isUpstream), "two reasons")
            try promise(isUpstream || failure.retryAfter == nil, "a pause for our own git")
        }
        try Self.checkSaidByUpstream(input)
        try Self.checkQuoted(input)
        _ = Classification.isVanishedObject(input)
    }

    private static func checkWords(_ message: String) throws(BrokenPromise) {
        try promise(!message.isEmpty && message.utf8.count <= GitMessage.limit + 8, "a message of \(message.utf8.count) bytes")
        let isLine = message.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        try promise(isLine, "a message with a control character: \(shown(message.utf8))")
        // Between the slashes and the next place where an authority can end there is no user.
        for mark in message.utf8.indices where message.utf8[mark...].starts(with: "://".utf8) {
            let authority = message.utf8[mark...].dropFirst(3).prefix { ![0x20, 0x22, 0x27, 0x2F].contains($0) }
            try promise(!authority.contains(UInt8(ascii: "@")), "a user is told: \(message)")
        }
    }

    /// Whatever the other side says, marked as git marks it, is no trouble of this node's.
    private static func checkSaidByUpstream(_ input: [UInt8]) throws(BrokenPromise) {
        let lines = input.split { $0 == 0x0A || $0 == 0x0D }
        let remote: [UInt8] = lines.flatMap { (line: ArraySlice<UInt8>) -> [UInt8] in Array("remote: ".utf8) + line + [0x0A] }
        let error = Array("fatal: remote error: ".utf8) + input
        for said in [remote, error] {
            let reason = Classification.reason(of: said, isUpstream: true)
            try promise(![FailureReason.disk, .refLock, .internal].contains(reason), "the upstream's words are taken for ours: \(reason)")
            try promise(Classification.refusal(in: remote) == nil, "the upstream's words make a pause")
        }
    }

    /// A name in quotes says nothing of the reason.
    private static func checkQuoted(_ input: [UInt8]) throws(BrokenPromise) {
        let name = input.filter { $0 != 0x27 && $0 != 0x0A }
        let said = Array("fatal: bad thing at '".utf8) + name + Array("'\n".utf8)
        let plain = Array("fatal: bad thing at ''\n".utf8)
        let (reason, expected) = (Classification.reason(of: said, isUpstream: true), Classification.reason(of: plain, isUpstream: true))
        try promise(reason == expected, "the name \(shown(name)) makes it \(reason)")
    }
}
