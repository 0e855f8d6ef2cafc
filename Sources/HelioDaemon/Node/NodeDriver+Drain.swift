import HelioNode
import HelioStore

/// Drains that outlive a restart are answered when the store has them, and not when they are ordered.
extension NodeDriver {
    /// - Returns: false when a restart would not find it so, because the store takes nothing for now. It is written when the store does.
    func drain(_ reason: String, isKept: Bool) async -> Bool {
        feed(.drain(reason: reason, isKept: isKept))
        return isKept ? await isStored(reason) : true
    }

    /// - Returns: as above.
    func undrain() async -> Bool {
        feed(.undrain)
        return await isStored(nil)
    }

    private func isStored(_ reason: String?) async -> Bool {
        guard let hands else { return false }
        await hands.lane.settle()
        // Another order has come since, and answers for itself.
        guard keptDrain == reason else { return true }
        do throws(StoreError) {
            return try await hands.adapters.store.drainReason == reason
        } catch {
            return false
        }
    }
}
