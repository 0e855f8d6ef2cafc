import Foundation
import TestSupport
import Testing

/// How the Debian package is made; `scripts/try-package` makes it and installs it.
struct PackageTests {
    @Test func versions_GoUp_AlongTheHistory() throws {
        let copy = try Sources()
        var versions = [try copy.version()]
        try copy.commit()
        versions.append(try copy.version())
        try copy.shell.run("sh", "-c", "echo more >>notes.txt")
        versions.append(try copy.version())
        #expect(versions[2] == versions[1].replacing(/-1$/, with: "+changed-1"))
        try copy.commit()
        try copy.shell.run("git", "tag", "v1.2.0")
        versions.append(try copy.version())
        #expect(versions.last == "1.2.0-1")
        try copy.commit()
        versions.append(try copy.version())
        try copy.setNumber("1.3.0")
        try copy.commit()
        versions.append(try copy.version())
        #expect(versions.last?.hasPrefix("1.3.0~git5.") == true, "\(versions)")
        for (older, newer) in zip(versions, versions.dropFirst()) {
            #expect(try copy.shell.attempt(["dpkg", "--compare-versions", older, "lt", newer]).status == 0, "\(older) < \(newer)")
        }
    }

    /// A file that is added to conf has to be thought of: it is installed, or it is an example.
    @Test func package_HoldsEverythingOfConf() throws {
        let installed = try ["install", "examples"].flatMap { kind in
            try ProjectFile.text("scripts/debian/heliostat.\(kind)").split(separator: "\n")
                .compactMap { $0.firstMatch(of: #/^conf/(\S+)/#).map { String($0.output.1) } }
        }
        let units = ["heliostat.service", "heliostat.socket"]
        #expect(Set(installed).count == installed.count, "\(installed.sorted())")
        #expect(Set(installed + units) == Set(try FileManager.default.contentsOfDirectory(atPath: ProjectFile.path("conf"))))
    }

    /// The names of systemd's directories for the node are the ones that the package and the configuration speak of.
    @Test func package_AndUnit_MeanTheSamePlaces() throws {
        let unit = try ProjectFile.text("conf/heliostat.service")
        for line in ["ExecStart=/usr/bin/heliostat serve", "User=heliostat", "StateDirectory=heliostat", "RestartPreventExitStatus=64 78"] {
            #expect(unit.contains("\n\(line)"), "\(line)")
        }
        #expect(unit.contains("/etc/heliostat/secrets/"))
        #expect(try ProjectFile.text("scripts/debian/heliostat.dirs") == "etc/heliostat/secrets\n")
        #expect(try ProjectFile.text("scripts/debian/heliostat.sysusers").contains("\nu heliostat - "))
        #expect(try ProjectFile.text("conf/heliostat.yaml").contains("\n  data: /var/lib/heliostat\n"))
    }

    /// libevent before this package has eight holes, and apt must not be content with it.
    @Test func libevent_IsTheFixedOne() throws {
        let minimum = try #require(
            try ProjectFile.text("scripts/install-packages").firstMatch(of: #/libevent_minimum=(\S+)/#).map { String($0.output.1) })
        let lines = try ProjectFile.text("scripts/debian/shlibs.local").split(separator: "\n")
        #expect(lines.count == 3)
        for line in lines { #expect(line.hasSuffix("(>= \(minimum))"), "\(line)") }
    }

    @Test(arguments: ["postinst", "postrm", "prerm"]) func maintainerScript_IsStrictShell(_ name: String) throws {
        let text = try ProjectFile.text("scripts/debian/heliostat.\(name)")
        #expect(text.hasPrefix("#!/bin/sh\nset -e\n"))
        #expect(text.contains("\n#DEBHELPER#\n"), "debhelper's part is in it")
        #expect(try Shell().attempt(["sh", "-n", ProjectFile.path("scripts/debian/heliostat.\(name)")]).status == 0)
    }

    /// A socket that an operator has made would start the node again with the next connection. Nothing that is stopped keeps the package.
    @Test func removal_StopsEverySocket_BeforeTheNode() throws {
        let directory = try TemporaryDirectory()
        let shell = Shell(directory: directory.path, environment: ["PATH": "\(directory.path):/usr/bin:/bin"])
        let programs = ["systemctl": "echo 'heliostat-agent.socket heliostat.socket'", "deb-systemd-invoke": "echo \"$@\" >>calls; exit 5"]
        for (name, body) in programs {
            try "#!/bin/sh\n\(body)\n".write(toFile: "\(directory.path)/\(name)", atomically: true, encoding: .utf8)
            try shell.run("chmod", "755", name)
        }
        let script = try ProjectFile.text("scripts/debian/heliostat.prerm").replacing("/run/systemd/system", with: "/")
        for action in ["upgrade", "remove"] { try shell.run("sh", "-c", script, "prerm", action) }
        #expect(
            try shell.run("cat", "calls")
                == "stop heliostat.socket heliostat-agent.socket heliostat.socket\nstop heliostat.service")
    }
}

/// As much of the repository as `scripts/package --print-version` looks at, with a history of its own.
private struct Sources {
    let directory: TemporaryDirectory
    let shell: Shell

    init() throws {
        directory = try TemporaryDirectory()
        shell = Shell(directory: directory.path)
        try shell.run("mkdir", "-p", "scripts", "Sources/HelioDaemon/CommandLine")
        try shell.run("cp", ProjectFile.path("scripts/package"), "scripts/")
        try setNumber("1.2.0")
        try shell.run("git", "init", "--quiet", "--initial-branch=main", ".")
        try commit()
    }

    func setNumber(_ number: String) throws {
        let text = try ProjectFile.text("Sources/HelioDaemon/CommandLine/Version.swift")
            .replacing(#/number = "[0-9.]+"/#, with: "number = \"\(number)\"")
        try text.write(toFile: directory.path + "/Sources/HelioDaemon/CommandLine/Version.swift", atomically: true, encoding: .utf8)
    }

    func commit() throws {
        try shell.run("git", "add", "--all")
        try shell.run("git", "commit", "--quiet", "--allow-empty", "--message", "a change")
    }

    func version() throws -> String { try shell.run("scripts/package", "--print-version") }
}
