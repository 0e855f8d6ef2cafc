import HelioHTTP
import HelioJSON
import HelioNode

/// Taking the node out of the balancer and back. It is done at once; that a restart finds it so is answered when the store has it.
struct DrainRoutes: Sendable {
    /// Bytes of what is told as the reason.
    static let reasonLimit = 500
    private static let unkept = "but the store takes nothing for now: until it does, a restart finds what was kept before."

    let board: NodeBoard
    let commands: NodeCommands
    let gate: Gate

    func add(to router: inout Router) {
        router.addSlow(.put, "/admin/drain", behind: gate, drain)
        router.addSlow(.delete, "/admin/drain", behind: gate, undrain)
    }

    private func drain(_ request: borrowing Request) throws(Rejection) -> SlowAnswer {
        let fields = try request.fields(["reason", "keep"])
        guard let reason = try fields.text("reason"), !reason.isEmpty, reason.count <= Self.reasonLimit,
            !reason.description.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .badRequest("The reason is one line of 1 to \(Self.reasonLimit) bytes.") }
        let isKept = try fields.flag("keep")
        try board.checkTakesCommands()
        return { [commands] in
            guard await commands.drain(reason.description, isKept) else {
                return .error(503, "The node is drained, \(Self.unkept)")
            }
            return .json { json in
                json.object { json in
                    json.field("draining", reason)
                    json.field("kept", isKept)
                }
            }
        }
    }

    private func undrain(_ request: borrowing Request) throws(Rejection) -> SlowAnswer {
        _ = try request.fields([], orEmpty: true)
        try board.checkTakesCommands()
        return { [commands] in
            guard await commands.undrain() else {
                return .error(503, "The node is not drained, \(Self.unkept)")
            }
            return .json { json in json.object { $0.field("draining", String?.none) } }
        }
    }
}

extension NodeBoard {
    func checkTakesCommands() throws(Rejection) {
        guard page.snapshot.takesCommands else { throw .stopping }
    }
}
