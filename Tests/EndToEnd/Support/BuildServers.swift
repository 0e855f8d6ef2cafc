import Foundation
import TestSupport

/// conf/nginx-git.conf in front of fcgiwrap, for the copies of a node.
final class CopyServer: Sendable {
    let port: Int
    private let processes: [ServerProcess]

    init(in directory: String, serving repositories: String) async throws {
        port = try NodeFixture.freePort()
        let home = directory + "/copies"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let server = try ProjectFile.text("conf/nginx-git.conf")
            .replacing("listen 80 default_server;", with: "listen 127.0.0.1:\(port);")
            .replacing("/run/fcgiwrap.socket", with: home + "/fcgiwrap.socket")
            .replacing("/var/lib/heliostat/repositories", with: repositories)
        let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(home)/\($0);" }.joined()
        let text = "daemon off; master_process off; pid \(home)/pid; events {}\nhttp { \(folders)\n\(server)}\n"
        try text.write(toFile: home + "/nginx.conf", atomically: true, encoding: .utf8)
        processes = [
            try ServerProcess(["fcgiwrap", "-c", "4", "-s", "unix:\(home)/fcgiwrap.socket"]),
            try ServerProcess(["nginx", "-p", home, "-e", home + "/error.log", "-c", home + "/nginx.conf"]),
        ]
        let port = port
        try await eventually("nginx listens") { canConnect(to: port) }
    }

    /// For `node.clone_urls`.
    var template: String { "http://127.0.0.1:\(port)/{project}/{repository}.git" }
}

/// Debian's `webhook` with conf/webhook-hooks.json, which runs conf/webhook-build, whose builds note their commits in a file.
final class BuildServer: Sendable {
    static let secret = "a secret of the build server"

    let port: Int
    private let directory: String
    private let process: ServerProcess

    init(in parent: String) async throws {
        port = try NodeFixture.freePort()
        directory = parent + "/builds"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let hooks = try ProjectFile.text("conf/webhook-hooks.json")
            .replacing("/usr/local/bin/webhook-build", with: ProjectFile.path("conf/webhook-build"))
            .replacing("/var/lib/builds", with: directory)
        try hooks.write(toFile: directory + "/hooks.json", atomically: true, encoding: .utf8)
        let build = directory + "/build"
        try """
            #!/bin/sh
            # A build that needs its commit, and says whether it had it.
            git cat-file -e "$3^{commit}" && echo "$1 $2 $3" >>\(directory)/found

            """.write(toFile: build, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: build)
        process = try ServerProcess(
            ["webhook", "-template", "-hooks", directory + "/hooks.json", "-ip", "127.0.0.1", "-port", "\(port)", "-verbose"],
            environment: ["HELIOSTAT_WEBHOOK_SECRET": Self.secret, "BUILD_COMMAND": build, "GIT_CONFIG_GLOBAL": "/dev/null"],
            log: directory + "/log")
        let port = port
        try await eventually("webhook listens") { canConnect(to: port) }
    }

    var url: String { "http://127.0.0.1:\(port)/hooks/mirror" }

    /// Each as `PROJECT/SLUG REF COMMIT`.
    var found: [String] {
        // No build yet: no file.
        let text = (try? String(contentsOfFile: directory + "/found", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    var log: String { (try? String(contentsOfFile: directory + "/log", encoding: .utf8)) ?? "" }  // it said nothing
}
