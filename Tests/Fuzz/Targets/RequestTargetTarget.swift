@testable import HelioHTTP

/// Paths, variables in them and queries: decoded once, without control characters, and with one meaning.
struct RequestTargetTarget: FuzzTarget {
    let name = "request-target"
    let maximumLength = 256

    private static let rules = {
        var router = Router()
        router.add(.get, "/status") { _, _ in }
        router.add(.get, "/v/{}/x") { _, _ in }
        router.add(.get, "/k/{key}") { _, _ in }
        router.add(.get, "/k/{key}/{}") { _, _ in }
        router.add(.get, "/r/{...}") { _, _ in }
        return Rules(router: router, configuration: Configuration())
    }()

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        try Self.checkQuery(input)
        // A space ends the target, and what follows it is another one's.
        guard input.allSatisfy({ $0 > 0x20 }) else { return }
        var machine = ConnectionMachine()
        let bytes = Array("GET ".utf8) + input + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        let step = machine.next(bytes.span, Self.rules)
        guard case .handle(let request, _) = step.action, let route = request.route else { return }
        try promise(step.consumed == bytes.count, "a target is accepted that ends its head")
        try promise(input.starts(with: request.path), "the path \(shown(request.path)) is read")
        try Self.checkValues(of: request, route)
    }

    private static func checkValues(of request: Request, _ route: Route) throws(BrokenPromise) {
        for (index, segment) in route.variables.enumerated() {
            let value = request.parameter(index)
            try promise(value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a control character is in \(shown(value.utf8))")
            switch route.segments[segment] {
            case .variable(let acceptsSlash):
                try promise(!value.isEmpty && (acceptsSlash || !value.utf8.contains(0x2F)), "\(shown(value.utf8)) is one segment")
                let again = Route.split(Array("/v/".utf8) + encoded(value)).last.flatMap { PercentDecoding.decode($0) }
                try promise(again.map { $0.utf8.elementsEqual(value.utf8) } ?? false, "\(shown(value.utf8)) is not decoded again")
            case .rest, .literal: break
            }
        }
    }

    private static func encoded(_ text: String) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return text.utf8.flatMap { [UInt8(ascii: "%"), digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }
    }

    // MARK: Queries

    private enum Outcome: Equatable {
        case value([UInt8])
        case absent
        case refused(QueryError)
    }

    private static func checkQuery(_ input: [UInt8]) throws(BrokenPromise) {
        let query = Query(input[...])
        let first = input.split(separator: UInt8(ascii: "&")).first?.prefix { $0 != UInt8(ascii: "=") }
        for name in ["a", first.flatMap { decoded($0) } ?? "b"] {
            let expected = expected(name, in: input)
            let outcome: Outcome
            do throws(QueryError) {
                outcome = try query.value(name).map { .value(Array($0.utf8)) } ?? .absent
            } catch {
                outcome = .refused(error)
            }
            try promise(outcome == expected, "\(name) is \(outcome), by the book \(expected)")
            guard let number = try? query.integer(name, in: -5...1000) else { continue }  // what is no number is refused
            try promise((-5...1000).contains(number) && outcome != .absent, "\(name) is the number \(number)")
        }
    }

    /// The rules one after the other: parameters in their order, each decoded, until one is wrong.
    private static func expected(_ name: String, in query: [UInt8]) -> Outcome {
        var found = Outcome.absent
        for (index, pair) in query.split(separator: UInt8(ascii: "&"), maxSplits: Query.limit).enumerated() {
            if index == Query.limit { return .refused(.tooMany) }
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = decoded(parts[0]) else { return .refused(.malformed) }
            guard key.utf8.elementsEqual(name.utf8) else { continue }
            if found != .absent { return .refused(.duplicate) }
            guard let value = decoded(parts.count == 2 ? parts[1] : []) else { return .refused(.malformed) }
            found = .value(Array(value.utf8))
        }
        return found
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> String? {
        var (bytes, rest): ([UInt8], ArraySlice<UInt8>) = ([], text)
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
                continue
            }
            let digits = rest.prefix(2)
            let isHex = digits.count == 2 && digits.allSatisfy { $0 < 0x80 && UnicodeScalar($0).properties.isASCIIHexDigit }
            guard isHex, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
