import HelioNode

/// The refs of a copy that are files of their own.
enum LooseRefs {
    /// Sorted bytewise. A ref whose lock is held counts, for whoever holds it is about to write it.
    static func names(_ repository: String) throws(Failure) -> [ArraySlice<UInt8>] {
        let names = try RefTree.names(repository, .everything)
        return names.map { $0.dropLast($0.suffix(5).elementsEqual(".lock".utf8) ? 5 : 0) }.sorted { Bytes.order($0, $1) < 0 }
    }
}
