/// A dictionary of which a copy shares nearly everything: changing one while a reader holds the other copies one shard and the list of
/// shards, never the whole.
struct ShardedMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// So that a shard of a million entries has a thousand of them.
    private static var shardCount: Int { 1024 }

    private var shards: [[Key: Value]] = Array(repeating: [:], count: shardCount)
    private(set) var count = 0

    subscript(key: Key) -> Value? {
        get { shards[shard(of: key)][key] }
        set {
            let shard = shard(of: key)
            let before = shards[shard].count
            shards[shard][key] = newValue
            count += shards[shard].count - before
        }
    }

    private func shard(of key: Key) -> Int { key.hashValue & (Self.shardCount - 1) }
}

extension ShardedMap: Sequence {
    func makeIterator() -> some IteratorProtocol<(key: Key, value: Value)> { shards.lazy.joined().makeIterator() }
}
