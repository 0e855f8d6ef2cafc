import Foundation
import TestSupport
import Testing

/// What the scripts do when something that they need fails, with stand-ins for what takes long.
struct ScriptTests {
    private let copy: TemporaryDirectory
    private let shell: Shell

    /// A repository of the scripts alone, and the PATH of an ordinary user of Debian.
    init() throws {
        copy = try TemporaryDirectory()
        shell = Shell(directory: copy.path, environment: ["PATH": "\(copy.path)/bin:/usr/bin:/bin"])
        let version = "Sources/HelioDaemon/CommandLine/Version.swift"
        try shell.run("mkdir", "-p", "bin", "Sources/HelioDaemon/CommandLine")
        try shell.run("cp", "-r", ProjectFile.path("scripts"), ".")
        try shell.run("cp", ProjectFile.path(version), version)
        try standIn("scripts/install-packages", "exit 0")
        try standIn("bin/swift", "exit 0")
        try shell.run("git", "init", "--quiet", "--initial-branch=main", ".")
        try shell.run("git", "add", "--all")
        try shell.run("git", "commit", "--quiet", "--message", "scripts")
    }

    private func standIn(_ path: String, _ body: String) throws {
        try "#!/bin/sh\n\(body)\n".write(toFile: "\(copy.path)/\(path)", atomically: true, encoding: .utf8)
        try shell.run("chmod", "755", path)
    }

    /// nginx and HAProxy lie in /usr/sbin.
    @Test(arguments: ["test", "bench"]) func servers_AreFound_ByAnOrdinaryUser(_ script: String) throws {
        try standIn("scripts/install-packages", "echo \"$PATH\"; exit 1")
        let ended = try shell.attempt(["scripts/\(script)"])
        #expect(ended.output.split(separator: ":").contains("/usr/sbin"), "\(ended)")
    }

    /// A compiler that is killed does not say `error:`.
    @Test(arguments: ["package", "bench"]) func build_ThatFails_IsToldOf(_ script: String) throws {
        try standIn("bin/swift", "echo Killed; exit 1")
        let ended = try shell.attempt(["scripts/\(script)"])
        #expect(ended.status == 1)
        #expect(ended.errors.contains("Killed\n\(script): the build failed"), "\(ended)")
    }

    /// They would write into each other's log.
    @Test func secondTest_OfOneCheckout_IsRefused() throws {
        try shell.run("mkdir", ".build")
        let ended = try shell.attempt(["flock", ".build/scripts-test.lock", "scripts/test"])
        #expect(ended.status == 1 && ended.errors.contains("another one is testing here"), "\(ended)")
    }

    /// A `sleep` that does not understand it would end at once, and the tests have no limit.
    @Test(arguments: ["2hours", "", "1.5h", "-3m"]) func limit_ThatIsNone_IsRefused(_ limit: String) throws {
        let ended = try shell.attempt(["scripts/test", "--limit", limit])
        #expect(ended.status != 0 && ended.errors.contains("--limit"), "\(ended)")
    }

    /// What a hook exports leads to a repository of its user's.
    @Test func run_CommitsNothing_IntoTheCallersRepository() throws {
        let callers = Shell(directory: copy.path, environment: shell.environment.merging(["GIT_DIR": "\(copy.path)/.git"]) { $1 })
        let before = try shell.run("git", "log", "--all", "--oneline")
        try standIn("bin/swift", "echo error: none; exit 1")
        let ended = try callers.attempt(["scripts/run"])
        #expect(ended.errors.contains("run: the build failed"), "\(ended)")
        #expect(try shell.run("git", "log", "--all", "--oneline") == before)
    }

    // MARK: Benchmarks

    /// Where wrk was not answered there is no figure, and none that is met.
    @Test(
        arguments: ["status", "unmodified"],
        ["exit 1", "echo '0 requests in 2.00s'", "echo '9 requests in 2.00s'; echo '  Non-2xx or 3xx responses: 9'"])
    func benchmark_Ends_WithATurnThatFails(_ name: String, wrk: String) throws {
        let ended = try bench(name, wrk: wrk)
        #expect(ended.status == 1)
        #expect(ended.errors.contains("bench: ") && !ended.errors.contains(", met"), "\(ended)")
    }

    /// Servers that take no processor at all are not those that were to be measured.
    @Test(arguments: ["status", "unmodified"]) func benchmark_Ends_WithoutAFigure(_ name: String) throws {
        let ended = try bench(name, wrk: "echo '9 requests in 2.00s'; echo '99% 1.00ms'")
        #expect(ended.status == 1)
        #expect(ended.errors.contains("is no figure"), "\(ended)")
    }

    private func bench(_ name: String, wrk: String) throws -> Shell.Ended {
        try standIn("bin/wrk", wrk)
        return try shell.attempt(["bash", "-euo", "pipefail", "-c", Self.benchmark, "bash", name])
    }

    /// One benchmark without servers, whose processor time stands still.
    private static let benchmark = #"""
        root=$PWD runs=2 names=() current=$1
        for part in support http hashes; do source "scripts/benchmarks/$part"; done
        work=$PWD
        cpu_seconds() { echo 1; }
        start_status_servers() { node_pid=1 nginx_pid=1 haproxy_pid=1 node_url=node nginx_url=nginx haproxy_url=haproxy; }
        stop_status_servers() { :; }
        start_large_node() { node_pid=1 node_url=node; }
        start_nginx() { nginx_pid=1 nginx_url=nginx nginx_master=1; }
        curl() { printf 304; }
        "bench_$1"
        """#
}
