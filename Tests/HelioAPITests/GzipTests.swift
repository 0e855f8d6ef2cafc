@testable import HelioAPI
import Foundation
import HelioNode
import TestSupport
import Testing

/// What the program `gunzip` makes of it.
private func unpack(_ bytes: [UInt8]) throws -> [UInt8] {
    let directory = try TemporaryDirectory()
    let file = URL(filePath: directory.path + "/metrics.gz")
    try Data(bytes).write(to: file)
    #expect(try run("gzip", "-t", file.path).status == 0)
    return try run("gunzip", "-c", file.path).output
}

private func run(_ words: String...) throws -> (status: Int32, output: [UInt8]) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    let pipe = Pipe.make()
    process.standardOutput = pipe
    try process.start()
    let output = Array(pipe.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    return (process.terminationStatus, output)
}

/// Lengths around the pieces in which the result grows.
@Test(arguments: [0, 1, 32_767, 32_768, 32_769, 1_000_000])
func gzip_IsUnpackedByGunzip(count: Int) throws {
    var random = SeededGenerator(seed: UInt64(count))
    let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    #expect(try unpack(try #require(Gzip.compress(noise))) == noise)
    let text = Array(repeatElement(Array("heliostat_timer_seconds_bucket{le=\"0.005\"} 17\n".utf8), count: count / 46).joined())
    let packed = try #require(Gzip.compress(text))
    #expect(try unpack(packed) == text)
    #expect(count < 1000 || packed.count < text.count / 10)
}
