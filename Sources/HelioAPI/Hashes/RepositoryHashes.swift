public import HelioNode

/// The `repo-hashes` document of a catalogue, for those who write it somewhere else than to a client.
public enum RepositoryHashes {
    /// - Parameter write: takes the JSON piece by piece.
    public static func write(_ catalogue: Catalogue, to write: (borrowing [UInt8]) throws -> Void) rethrows {
        var cursor = HashCursor(catalogue, .all)
        var piece: [UInt8] = []
        var goesOn = true
        while goesOn {
            piece.removeAll(keepingCapacity: true)
            goesOn = cursor.fill(&piece, upTo: 64 * 1024)
            try write(piece)
        }
    }
}
