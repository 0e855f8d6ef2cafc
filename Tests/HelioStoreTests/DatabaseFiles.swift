import Foundation
import TestSupport

@testable import HelioStore

/// The files of a data directory, copied and damaged as a crash, a disk or a person would.
struct DatabaseFiles {
    let path: String

    static let names = ["heliostat.db", "heliostat.db-wal", "node-id"]

    static func empty(at path: String) throws -> DatabaseFiles {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return DatabaseFiles(path: path)
    }

    /// A copy of what is on disk now, under a running store: what `kill -9` leaves. The database file itself must not change
    /// meanwhile, that is, no checkpoint may fall into it.
    func copy(to other: String) throws -> DatabaseFiles {
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
        for name in Self.names where FileManager.default.fileExists(atPath: path + "/" + name) {
            try FileManager.default.copyItem(atPath: path + "/" + name, toPath: other + "/" + name)
        }
        return DatabaseFiles(path: other)
    }

    func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path + "/" + name))) }

    func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        try Data(bytes).write(to: URL(filePath: path + "/" + name))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

    /// What there is to lose. A log without a byte is none: looking at a database makes one.
    func all() throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for name in Self.names where FileManager.default.fileExists(atPath: path + "/" + name) {
            let bytes = try bytes(name)
            if !bytes.isEmpty { found[name] = bytes }
        }
        return found
    }
}
