import HelioLoop

/// Who sent a request.
public enum Peer: Hashable, Sendable {
    /// The numeric address, without a port.
    case tcp(address: String)
    case unix
}

/// A request whose head and body are here. It keeps its own copy of them and reads in it what handlers ask for, so that a request
/// of which only the path matters costs one copy.
public struct Request: Sendable {
    /// `HEAD` stands here as it came; the answer is made as for `GET`, and the server leaves its body out.
    public let method: Method
    public let body: [UInt8]
    let headBytes: [UInt8]
    let pathRange: Range<Int>
    let queryRange: Range<Int>
    let route: Route?
    let address: PeerAddress?

    /// The raw bytes before the `?`, not decoded.
    public var path: [UInt8] { Array(headBytes[pathRange]) }

    public var query: Query { Query(headBytes[queryRange]) }

    public var peer: Peer { address?.host.map(Peer.tcp) ?? .unix }

    /// The first value of a header, without the spaces around it; `name` in any case.
    public func header(_ name: String) -> String? {
        var name = name
        return name.withUTF8 { HeaderSearch.find($0, in: headBytes.span) }.map {
            String(decoding: headBytes[$0], as: UTF8.self)
        }
    }

    /// The values of all lines of a list header as one list, with commas between them (RFC 9110 section 5.3): the bytes, which
    /// need not be UTF-8. Empty when there is no such line.
    public func list(_ name: String) -> [UInt8] {
        var name = name
        let values = name.withUTF8 { HeaderSearch.findAll($0, in: headBytes.span) }
        return Array(values.map { headBytes[$0] }.joined(separator: [UInt8(ascii: ",")]))
    }

    /// The value of the n-th variable of the route's pattern, decoded once; of `{...}`, with its slashes.
    /// - Precondition: the pattern has that many.
    public func parameter(_ index: Int) -> String {
        guard let route, route.variables.indices.contains(index) else {
            preconditionFailure("the route has no variable \(index)")
        }
        guard let value = route.value(index, of: headBytes[pathRange]) else {
            preconditionFailure("a route is matched with values that can be decoded")
        }
        return value
    }
}
