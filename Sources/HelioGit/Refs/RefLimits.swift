import HelioNode

/// How much is taken of one repository's refs. All of them are held in the node's own memory, a kilobyte and more for each, beside those
/// of other repositories. Neither a server that tells refs without end nor a directory full of them may have the node killed for it, and
/// with it all nodes of the farm, which have the same upstream.
struct RefLimits: Sendable, Hashable {
    /// Refs, and directories in which loose ones lie.
    var count = 1 << 20
    /// Bytes of text: of what git prints, of `packed-refs`, of the names of loose refs. 128 for each of as many as there may be.
    var bytes = 128 << 20

    /// Of our own copies, which have to hold whatever was taken: there what an upstream has loose is packed too, annotated tags take a
    /// second line, and refs from before they were excluded may be left.
    var ofCopies: RefLimits { RefLimits(count: 2 * count, bytes: 4 * bytes) }

    /// Of upstreams whose refs are taken in part: the rest is text, of which nothing is held.
    var ofSelection: RefLimits { RefLimits(count: count, bytes: 4 * bytes) }

    /// - Throws: `.rejected` for more refs than are taken.
    func check(count: Int) throws(Failure) {
        guard count <= self.count else { throw Failure(.rejected, "there are more than \(self.count) refs") }
    }
}
