import HelioNode
import Testing

@testable import HelioStore

struct ChangeCodecTests {
    @Test(arguments: [UInt64](1...40)) func change_IsReadBack_WhateverItsRefs(_ seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        let change = try Self.random(&generator)
        let bytes = try ChangeCodec.encode(change)
        #expect(try ChangeCodec.decode(bytes, repository: change.repository) == change, "seed \(seed)")
    }

    @Test func everyTruncation_IsRefused() throws {
        let bytes = try ChangeCodec.encode(Samples.change())
        for length in 0..<bytes.count {
            #expect(throws: ChangeCodecError.self) { try ChangeCodec.decode(Array(bytes[..<length]), repository: RepositoryID(1)) }
        }
    }

    /// No value of any byte may end the process; most are refused, a changed id cannot be noticed.
    @Test func everyChangedByte_IsHarmless() throws {
        let bytes = try ChangeCodec.encode(Samples.change(refs: 2))
        for index in bytes.indices {
            for value in UInt8.min...UInt8.max {
                var damaged = bytes
                damaged[index] = value
                _ = try? ChangeCodec.decode(damaged, repository: RepositoryID(1))  // only that it returns matters
            }
        }
    }

    @Test func hugeCount_IsRefused_BeforeMemoryIsTaken() throws {
        var writer = ByteWriter()
        writer.append(byte: 0)
        HeadCodec.encode(.symbolic(.main), to: &writer)
        writer.append(number: 1 << 60)
        var reader = ByteReader(writer.bytes)
        #expect(throws: ChangeCodecError.numberTooLarge) { try SnapshotCodec.decode(&reader) }
    }

    /// The tenth byte would be the one that does not fit an `Int`.
    @Test(arguments: [UInt8(0x01), 0xFF]) func longNumber_IsRefused(tenth: UInt8) {
        var reader = ByteReader([UInt8](repeating: 0xFF, count: 9) + [tenth, 0xFF, 0xFF])
        #expect(throws: ChangeCodecError.numberTooLarge) { try reader.number() }
    }

    @Test func sharedPrefixBeyondPreviousName_IsRefused() throws {
        var writer = Self.snapshotHeader(refs: 1)
        writer.append(number: 5)
        writer.append(counted: Array("refs/heads/a".utf8))
        writer.append { Samples.oid(1).appendRaw(to: &$0) }
        var reader = ByteReader(writer.bytes)
        #expect(throws: ChangeCodecError.truncated) { try SnapshotCodec.decode(&reader) }
    }

    @Test(arguments: [["refs/b", "refs/a"], ["refs/a", "refs/a"]]) func unsortedOrDoubledRefs_AreRefused(_ names: [String]) throws {
        var writer = Self.snapshotHeader(refs: names.count)
        for name in names {
            writer.append(number: 0)
            writer.append(counted: Array(name.utf8))
            writer.append { Samples.oid(1).appendRaw(to: &$0) }
        }
        var reader = ByteReader(writer.bytes)
        #expect(throws: ChangeCodecError.unsortedRefs) { try SnapshotCodec.decode(&reader) }
    }

    @Test func otherVersion_AndTrailingBytes_AreRefused() throws {
        var bytes = try ChangeCodec.encode(Samples.change())
        #expect(throws: ChangeCodecError.trailingBytes) { try ChangeCodec.decode(bytes + [0], repository: RepositoryID(1)) }
        bytes[0] = 2
        #expect(throws: ChangeCodecError.unknownVersion) { try ChangeCodec.decode(bytes, repository: RepositoryID(1)) }
    }

    @Test func hundredThousandRefs_TakeLittleMoreThanTheirIDs() throws {
        let bytes = try ChangeCodec.encode(Samples.change(refs: 100_000))
        #expect(bytes.count < 200_001 * 28)
    }

    @Test func tooLargeChange_IsRefused() throws {
        let size = try ChangeCodec.encode(Samples.change()).count
        #expect(try ChangeCodec.encode(Samples.change(), limit: size).count == size)
        #expect(throws: ChangeCodecError.tooLarge) { try ChangeCodec.encode(Samples.change(), limit: size - 1) }
    }

    private static func snapshotHeader(refs count: Int) -> ByteWriter {
        var writer = ByteWriter()
        writer.append(byte: 0)
        HeadCodec.encode(.symbolic(.main), to: &writer)
        writer.append(number: count)
        return writer
    }

    private static func random(_ generator: inout SplitMix) throws -> PreparedChange {
        let format: ObjectFormat = Bool.random(using: &generator) ? .sha1 : .sha256
        let old = Bool.random(using: &generator) ? snapshot(format, &generator) : nil
        return PreparedChange(
            repository: RepositoryID(9), name: try RepositoryName("A/B/c"),
            kind: Bool.random(using: &generator) ? .snapshot : .incremental, old: old, new: snapshot(format, &generator))
    }

    private static func snapshot(_ format: ObjectFormat, _ generator: inout SplitMix) -> RefSnapshot {
        var names: Set<ByteString> = []
        for _ in 0..<Int.random(in: 0...60, using: &generator) {
            let length = Int.random(in: 0...300, using: &generator)
            names.insert(ByteString((0..<length).map { _ in [0x2F, 0x61, 0xC3, 0x00].randomElement(using: &generator) ?? 0x62 }))
        }
        let refs = names.map { Ref(name: RefName($0), target: Samples.oid(.random(in: 0...255, using: &generator), format)) }
        let head: Head = Bool.random(using: &generator) ? .detached(Samples.oid(7, format)) : .symbolic("refs/heads/é")
        return RefSnapshot(format: format, refs: refs, head: head)
    }
}

/// Steele, Lea and Flood's SplitMix64: a small generator whose seed a failing test can print.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
