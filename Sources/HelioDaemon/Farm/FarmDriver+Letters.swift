import HelioFarm
import HelioNode
import HelioStore

/// What the nodes of the farm have told each other, read in order.
extension FarmDriver {
    /// One reading at a time, so that letters are taken in order.
    func readLetters() async {
        // To begin with what is told from now on would leave out what was told since the last reading.
        guard knowsCursor else { return }
        guard !isReading else {
            owesReading = true
            return
        }
        isReading = true
        repeat {
            owesReading = false
            await readOnce()
        } while owesReading && !isStopped
        isReading = false
    }

    private func readOnce() async {
        do {
            let mail = try await coordinator.letters(after: cursor)
            // Whether or not the store takes it: letters that are read again are answered again, and each answer wakes everybody.
            cursor = mail.cursor
            // Before any of them is answered.
            await remind(of: Set(mail.letters.compactMap { changedElsewhere($0) }))
            for letter in mail.letters { feed(.letter(letter, ours: await ours(letter))) }
            if mail.isPartial { owesReading = true }
        } catch {
            return log.debug("letters of the farm cannot be read", ["error": "\(error)"])
        }
        await storeCursor()
    }

    /// What is not stored is stored with the next reading; until then a restart takes some letters once more.
    private func storeCursor() async {
        guard let cursor, cursor != storedCursor else { return }
        do throws(StoreError) {
            try await hands.adapters.store.setFarmCursor(cursor)
            storedCursor = cursor
        } catch {
            guard let leftOut = refusedCursors.take(at: SystemClock.monotonic()) else { return }
            log.warning(
                "how far the farm's letters have been read cannot be stored", ["error": "\(error)", "left_out": .count(leftOut)])
        }
    }

    private func changedElsewhere(_ letter: FarmLetter) -> RepositoryID? {
        guard letter.sender != this, case .changed(_, _, let repository, _) = letter.message else { return nil }
        return repository
    }

    private func ours(_ letter: FarmLetter) async -> MirrorHash? {
        guard case .changed(_, _, let repository, _) = letter.message else { return nil }
        return await node.content(of: repository)
    }
}
