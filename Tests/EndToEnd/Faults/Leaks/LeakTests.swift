import Foundation
import TestSupport
import Testing

extension Faults {
    /// What a node has lost from sight when it ends: valgrind looks for memory to which no pointer leads any more.
    @Suite struct Leaks {
        let scene: Scene
        let valgrind: Valgrind

        init() throws {
            scene = try Scene(
                ["P/a", "P/b", "P/c"],
                extra: """
                    sync: { interval: 1h }
                    webhooks: { allow: [127.0.0.0/8], endpoints: [{ name: ci, url: "http://127.0.0.1:9/" }] }
                    """)
            valgrind = try Valgrind(in: scene.directory.path)
        }

        /// Not of a node that a sanitizer looks at: they do not go together.
        @Test(.enabled(if: ProcessInfo.processInfo.environment["HELIOSTAT_SANITIZER"] == nil))
        func node_LosesNoMemory_FromItsStartToItsEnd() async throws {
            let short = try await live(pushes: 1)
            let long = try await live(pushes: 10)
            #expect(short.lost == 0 && long.lost == 0, "\(long.text.suffix(6000))")
            #expect(short.invalid == 0 && long.invalid == 0, "\(long.text.suffix(6000))")
            // One each of what is kept in sight of nothing but valgrind; none for a change or an answer.
            #expect(long.kept <= short.kept + 16, "\(short.kept) blocks, after ten pushes \(long.kept)")
        }

        private func live(pushes: Int) async throws -> Valgrind.Report {
            let node = scene.node
            try node.start(wrapper: valgrind.wrapper)
            try await node.waitForState("SYNCHRONIZED", within: 90)
            for number in 0..<pushes {
                try scene.upstream.commit("P/a", message: "push \(number) of \(pushes)")
                try node.notify("P/a")
                try await scene.arrives("P/a", within: 60)
                for path in ["/metrics", "/status", "/jolokia/read/*:*", "/"] { #expect(try node.get(path).status == 200) }
            }
            node.signal(SIGTERM)
            #expect(try await node.exit(within: 120) == 0)
            return try valgrind.report()
        }
    }
}

/// A node under valgrind.
struct Valgrind {
    struct Report {
        let text: String
        /// Blocks that are lost.
        var lost: Int { number(before: " blocks", in: "definitely lost: ") }
        /// Blocks that `valgrind.supp` explains.
        var kept: Int { number(before: " blocks", in: "suppressed: ") }
        /// Reads and writes outside of what was asked for.
        var invalid: Int { text.split(separator: "\n").count { $0.contains("== Invalid ") } }

        private func number(before unit: String, in line: String) -> Int {
            guard let line = text.split(separator: "\n").last(where: { $0.contains(line) }), let end = line.range(of: unit),
                let word = line[..<end.lowerBound].split(separator: " ").last
            else { return -1 }
            return Int(word.filter { $0 != "," }) ?? -1
        }
    }

    private let log: String
    /// Words before those of the node, whose binary they replace by one that valgrind can read.
    let wrapper: [String]

    init(in directory: String) throws {
        let files = "Tests/EndToEnd/Faults/Leaks/"
        let (program, shim) = (directory + "/heliostat-stripped", directory + "/sigsuspend.so")
        log = directory + "/valgrind.log"
        // It knows an older form of debugging information than the compiler writes.
        try Shell().run("strip", "--strip-debug", "-o", program, NodeFixture.binary)
        try Shell().run("clang", "-shared", "-fPIC", "-o", shim, ProjectFile.path(files + "sigsuspend.c"))
        // Values that nothing has set yet are looked at by the Swift runtime itself, in enumerations that it copies.
        let words = [
            "LD_PRELOAD=\(shim)", "valgrind", "--leak-check=full", "--show-leak-kinds=definite", "--undef-value-errors=no",
            "--num-callers=40", "--child-silent-after-fork=yes", "--suppressions=\(ProjectFile.path(files + "valgrind.supp"))",
            "--log-file=\(log)", program,
        ]
        wrapper = ["sh", "-c", "shift; exec env \(words.joined(separator: " ")) \"$@\"", "sh"]
    }

    /// - Throws: when no node has ended under valgrind.
    func report() throws -> Report { Report(text: try String(contentsOfFile: log, encoding: .utf8)) }
}
