import Foundation
import TestSupport
import Testing

/// Signatures as receivers check them, with code that somebody else wrote.
@Suite(.ownThreads) struct SignatureTests {
    private static let old = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let new = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

    @Test func deliveries_AreVerified_BeforeDuringAndAfterARotation() async throws {
        let scene = try Scene()
        let receiver = try RawReceiver { _ in RawReceiver.answer("200 OK") }
        try scene.configure(webhooks: [
            "{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\", secret_file: \(try scene.secretFile(Self.old)) }"
        ])
        try await scene.synchronized()
        try await push(5, scene, receiver)
        // No signal: the file is read when something is signed.
        _ = try scene.secretFile(Self.new, Self.old)
        try await push(5, scene, receiver)
        _ = try scene.secretFile(Self.new)
        try await push(5, scene, receiver)
        let requests = receiver.requests
        try Signatures.verify(requests[0..<5], current: Self.old, Self.old)
        try Signatures.verify(requests[5..<10], current: Self.new, Self.old, Self.new)
        try Signatures.verify(requests[10..<15], current: Self.new, Self.new)
        // The check checks something.
        #expect(throws: Shell.Failed.self) { try Signatures.verify(requests[10..<15], current: Self.new, Self.old) }
        #expect(throws: Shell.Failed.self) { try Signatures.verify(requests[10..<15], current: Self.old, Self.new) }
    }

    @Test func body_IsSignedAsItIsSent_WhateverItsNames() async throws {
        let scene = try Scene()
        let receiver = try RawReceiver { _ in RawReceiver.answer("200 OK") }
        try scene.configure(webhooks: [
            "{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\", secret_file: \(try scene.secretFile(Self.old)) }"
        ])
        try await scene.synchronized()
        let branches = ["quote\"quote", "größe", "\u{1F680}", "back`tick$(x)", "percent%00", "a&b=c;d"]
        for branch in branches {
            try scene.upstream.commit("P/r", branch: branch, message: branch)
            // A byte that is no UTF-8.
            try scene.script("printf 'create refs/heads/%b %s\\n' 'bad\\377' $(git rev-parse main) | git update-ref --stdin || true")
        }
        try scene.notify()
        try await eventually("the event") { receiver.requests.count >= 1 }
        try await scene.arrives()
        try await eventually("all branches are told") {
            Set(try receiver.requests.flatMap(Self.displayIDs)).isSuperset(of: branches)
        }
        try Signatures.verify(receiver.requests[...], current: Self.old, Self.old)
    }

    private static func displayIDs(_ request: RawReceiver.Request) throws -> [String] {
        let json = try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]
        let changes = json?["changes"] as? [[String: Any]] ?? []
        return changes.compactMap { ($0["ref"] as? [String: String])?["displayId"] }
    }

    private func push(_ count: Int, _ scene: Scene, _ receiver: RawReceiver) async throws {
        for number in 0..<count {
            let before = receiver.requests.count
            try scene.upstream.commit("P/r", message: "push \(number)")
            try scene.notify()
            try await eventually("its event") { receiver.requests.count == before + 1 }
        }
    }
}
