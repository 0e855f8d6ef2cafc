import Foundation
import TestSupport

/// One headless Chromium for a test, driven through Playwright by `browser.py`.
final class Browser: @unchecked Sendable {
    // @unchecked: used by one test at a time.
    struct Refused: Error, CustomStringConvertible { let description: String }

    /// What four looks at a page, in two widths and two schemes, have shown.
    struct Look: Decodable {
        /// Lines of the console.
        let said: [String]
        /// Requests that the browser made.
        let asked: [String]
        /// Pixels by which the page is wider than the window.
        let overflow: [String: Int]
        /// Of axe-core.
        let violations: [String]
        /// Rules of axe-core that something on the page was held against.
        let checked: Int
        let pictures: [String]
    }

    struct Seen: Decodable {
        let text: String
        let title: String
        let said: [String]
        let asked: [String]
    }

    private let process = Process()
    private let orders: Pipe
    private let answers: FileHandle
    private var unread = Data()

    init() throws {
        let python = ProjectFile.path(".build/clients/bin/python")
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw Refused(description: "the clients are not installed; scripts/install-clients does it")
        }
        orders = Pipe.make()
        let output = Pipe.make()
        answers = output.fileHandleForReading
        process.executableURL = URL(filePath: python)
        process.arguments = [ProjectFile.path("Tests/EndToEnd/Page/browser.py")]
        process.standardInput = orders
        process.standardOutput = output
        try process.start()
    }

    /// Ends the browser with the pipe.
    deinit {
        try? orders.fileHandleForWriting.close()  // closed already: ended already
        process.waitUntilExit()
    }

    /// Looks at a page, and leaves the pictures in a directory, and in `HELIOSTAT_SCREENSHOTS` where that is set.
    func look(at node: NodeFixture, as name: String, in directory: TemporaryDirectory) async throws -> Look {
        let look: Look = try await ask(["do": "look", "url": node.base + "/", "name": name, "folder": directory.path])
        if let folder = ProcessInfo.processInfo.environment["HELIOSTAT_SCREENSHOTS"] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Shell().run(["cp"] + look.pictures + [folder])
        }
        return look
    }

    /// - Parameter password: what is typed when the node asks for one.
    func open(_ node: NodeFixture, as name: String = "page", scripts: Bool = true, password: String = "") async throws {
        struct Opened: Decodable {}
        let _: Opened = try await ask(["do": "open", "url": node.base + "/", "name": name, "scripts": scripts, "password": password])
    }

    func wait(for text: String, in name: String = "page", within seconds: Int = 60) async throws {
        struct Found: Decodable {}
        let _: Found = try await ask(["do": "wait", "name": name, "text": text, "within": seconds])
    }

    func read(_ name: String = "page") async throws -> Seen { try await ask(["do": "read", "name": name]) }

    /// An expression of JavaScript, whose value is a text.
    func run(_ expression: String, in name: String = "page") async throws -> String {
        struct Value: Decodable { let value: String }
        let value: Value = try await ask(["do": "run", "name": name, "text": expression])
        return value.value
    }

    private struct Failed: Decodable { let error: String? }

    private func ask<Answer: Decodable & Sendable>(_ order: [String: any Sendable]) async throws -> Answer {
        let line = try JSONSerialization.data(withJSONObject: order)
        let answer = try await onThread { [self] in
            try orders.fileHandleForWriting.write(contentsOf: line + [UInt8(ascii: "\n")])
            return try readLine()
        }
        if let error = try JSONDecoder().decode(Failed.self, from: answer).error { throw Refused(description: String(error.prefix(2000))) }
        return try JSONDecoder().decode(Answer.self, from: answer)
    }

    private func readLine() throws -> Data {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread = Data(unread[(end + 1)...]) }
                return Data(unread[..<end])
            }
            let more = answers.availableData
            guard !more.isEmpty else { throw Refused(description: "the browser has gone") }
            unread += more
        }
    }
}
