import HelioFarm
import HelioLock
import HelioNode

/// The heartbeat, and what is done when one comes through.
extension FarmDriver {
    /// For a heartbeat to wait for numbers of the store: with the next one still in time, and the reading before it still new.
    private static let remindingLimit = Duration.seconds(3)

    func beat(_ record: MemberRecord) async {
        do throws(CoordinatorError) {
            let reading = try await coordinator.register(record)
            await remind(after: reading)
            feed(.read(reading, isReminded: !owesReminding || settings.isAlone))
            tellDeliveriesAgain()
            if missedAnnouncements.beginRound() { addChore(.missedAnnouncements) }
            // After what they may be about.
            for letter in missedLetters.take() { addChore(.effect(letter)) }
            await readLetters()
        } catch {
            mayHaveLostNumbers()
            switch error {
            case .refused(let refusal): feed(.refused(refusal))
            case .unavailable(let why): feed(.unread(why))
            }
        }
    }

    /// A coordinator that was away, or has lost this node's registration, may have lost numbers. What waits is told of again now, and the
    /// others hear of it only after that. A store that hangs keeps no heartbeat back: the farm has to see that this node is there.
    private func remind(after reading: FarmReading) async {
        if !reading.wasRegistered { mayHaveLostNumbers() }
        guard owesReminding, !isReminding, !settings.isAlone else { return }
        isReminding = true
        let (waiting, known) = (machine.waiting, losses)
        _ = await BoundedWait.end(of: { await self.tellWaiting(waiting, since: known) }, within: Self.remindingLimit)
    }

    /// Where it takes longer than the heartbeat waits, it counts all the same.
    private func tellWaiting(_ repositories: Set<RepositoryID>, since known: UInt64) async {
        defer { isReminding = false }
        if await tellLast(of: repositories), losses == known { owesReminding = false }
    }

    private func mayHaveLostNumbers() {
        owesReminding = true
        losses += 1
    }
}
