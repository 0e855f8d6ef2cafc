import HelioLock
import HelioNode
import HelioStore

/// What is ordered here is done at once, and answered when a restart would find it so.
extension NodeDriver {
    /// For the store. The command line waits for ten seconds.
    private static let patience = Duration.seconds(8)

    /// - Returns: false where the store takes nothing for now, or hangs. It is written once it does.
    func drain(_ reason: String, isKept: Bool) async -> Bool {
        let hasKept = keptDrain != nil
        feed(.drain(reason: reason, isKept: isKept))
        return isKept || hasKept ? await isStored(isKept ? reason : nil) : true
    }

    /// - Returns: as above.
    func undrain() async -> Bool {
        feed(.undrain)
        return await isStored(nil)
    }

    private func isStored(_ reason: String?) async -> Bool {
        guard let hands else { return false }
        let isStored = Locked(false)
        let hasEnded = await BoundedWait.end(
            of: {
                let isSo = await self.isWritten(reason, hands)
                isStored.withLock { $0 = isSo }
            }, within: Self.patience)
        return hasEnded && isStored.withLock { $0 }
    }

    private func isWritten(_ reason: String?, _ hands: Hands) async -> Bool {
        guard await hands.lane.settle() else { return false }
        // Another order has come since, and what there is to read is its.
        guard keptDrain == reason else { return true }
        do throws(StoreError) {
            return try await hands.adapters.store.drainReason == reason
        } catch {
            return false
        }
    }
}
