/// How a body is compressed on its way.
enum ContentCoding: Sendable, Hashable {
    case identity, gzip

    /// What `Accept-Encoding` asks for (RFC 9110 section 12.5.3). gzip, where the client takes it and does not like plain bytes
    /// better; `x-gzip` is another name of it. A client that takes neither gets plain bytes.
    init(accepting header: [UInt8]) {
        let list = WeightedList(header)
        let others = list.weight(of: "*")
        let gzip = [list.weight(of: "gzip"), list.weight(of: "x-gzip")].compactMap { $0 }.max() ?? others ?? .never
        let identity = list.weight(of: "identity")
        self = gzip > .never && gzip >= identity ?? .never ? .gzip : .identity
    }
}

extension WeightedList {
    /// The highest that is given; nil when the name is not in the list.
    fileprivate func weight(of name: StaticString) -> Weight? {
        members.lazy.filter { member in name.withUTF8Buffer { member.name.elementsEqual($0) } }.map(\.weight).max()
    }
}
