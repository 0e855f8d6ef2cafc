import CMalloc
import Glibc

/// How the C library keeps the memory that is free.
///
/// Left alone, it makes up to eight arenas for each processor, and what is free in one is of no use to a thread that allocates from
/// another. A node does its work on some twenty threads, each piece on whichever is free, so every arena would grow, for hours, to what its
/// own busiest moment needed (page Attacks, "Two hours of everything"). Where a node has to be fast it allocates little.
enum MemoryArenas {
    private static let count: Int32 = 2
    /// What is larger, in bytes, is mapped by itself and gone when it is freed. This is the C library's own threshold, which it would raise
    /// with each such piece that is freed, up to 32 MiB.
    private static let mappedFrom: Int32 = 128 << 10

    /// To be called before threads are many. Whoever has told the C library otherwise by the environment (mallopt(3)) is right.
    static func limit() {
        guard getenv("GLIBC_TUNABLES") == nil else { return }
        // A refusal leaves things as they were, with which the node works too.
        if getenv("MALLOC_ARENA_MAX") == nil { mallopt(M_ARENA_MAX, count) }
        if getenv("MALLOC_MMAP_THRESHOLD_") == nil { mallopt(M_MMAP_THRESHOLD, mappedFrom) }
    }
}
