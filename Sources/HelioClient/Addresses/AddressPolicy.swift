/// Which addresses a request may be sent to. It is asked about the address that is connected to, so that no name, redirect or
/// answer of a name server gets around it.
public struct AddressPolicy: Hashable, Sendable {
    /// Networks that are spoken to whatever they are.
    public let allow: [Network]

    public init(allow: [Network] = []) { self.allow = allow }

    /// Why not; nil if the address may be spoken to.
    func refusal(of address: Address) -> String? {
        let destination = address.destination
        guard let kind = SpecialAddresses.kind(of: destination),
            !allow.contains(where: { $0.contains(destination) || $0.contains(address) })
        else { return nil }
        let way = destination == address ? "" : " leads to \(destination), which"
        return "\(address)\(way) is \(kind); webhooks.allow does not list it"
    }
}
