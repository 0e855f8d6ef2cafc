import Foundation
@testable import HelioGit
import HelioNode
import TestSupport
import Testing

@Suite struct HostConditionTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    /// Two of its repositories were told nothing, at second 120.
    private func silent() -> HostCondition {
        var host = HostCondition()
        for location in ["a", "b"] { host.wasSilent(about: location, since: at(0), at: at(120)) }
        return host
    }

    @Test func silence_AboutOneRepository_IsThatOnes() {
        var host = HostCondition()
        for second in 1...3 { host.wasSilent(about: "a", since: at(0), at: at(second)) }
        #expect(host.refusal(at: at(3)) == nil)
    }

    @Test func silence_AboutTwo_RefusesEverybodyForAMinute() {
        let host = silent()
        let refusal = host.refusal(at: at(120))
        #expect(refusal?.reason == .connection && refusal?.retryAfter == nil && refusal?.isOfHost == false)
        #expect(refusal?.message == "the host is silent: it said nothing about 2 repositories, and is asked again in 61 s")
        #expect(host.refusal(at: at(179)) != nil && host.refusal(at: at(180)) == nil)
    }

    @Test func silence_IsNone_WhereAnotherWasAnsweredMeanwhile() {
        var host = HostCondition()
        host.answered(at: at(60))
        for location in ["a", "b"] { host.wasSilent(about: location, since: at(0), at: at(120)) }
        #expect(host.refusal(at: at(120)) == nil)
        for location in ["a", "b"] { host.wasSilent(about: location, since: at(61), at: at(181)) }
        #expect(host.refusal(at: at(181)) != nil)
    }

    @Test func oneAtATime_FindsOutWhetherItStillIs() {
        var host = silent()
        #expect(host.begin() == true)
        #expect(host.refusal(at: at(200))?.message.hasSuffix("is being asked again") == true)
        host.wasSilent(about: "c", since: at(190), at: at(310))
        host.endTrial()
        #expect(host.refusal(at: at(369)) != nil && host.refusal(at: at(370)) == nil)
        #expect(host.begin() == true)
        host.endTrial()
        #expect(host.refusal(at: at(371)) == nil && host.begin() == true, "one that was cancelled has found out nothing")
    }

    @Test func whateverItSays_EndsItsSilence() {
        let words: [(inout HostCondition) -> Void] = [
            { $0.answered(at: ContinuousClock.now) }, { $0.spoke() },
            { _ = $0.refused(.unavailable, of: "a", pause: .seconds(60), at: ContinuousClock.now) },
        ]
        for word in words {
            var host = silent()
            word(&host)
            #expect(host.refusal(at: at(120)) == nil && host.begin() == false)
        }
    }

    /// A server that takes connections and never says a word, 20 repositories on it, and three times around: git is started for two,
    /// and for a third that gets the place of the first before the second has been told nothing.
    @Test func silentServer_CostsTwoPlacesAndNotOneForEach() async throws {
        let server = try RawReceiver { _ in [] }  // waits for the end of a head of HTTP, which git does not send
        let scripts = try TemporaryDirectory()
        let program = scripts.path + "/git"
        try "#!/bin/sh\necho x >> \(scripts.path)/asked\nexec git \"$@\"\n".write(toFile: program, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let farm = try Farm { ($0.program, $0.noProgress) = (program, .seconds(1)) }
        let entries = (0..<20).map { URLUpstream.Entry(project: "P", slug: "r\($0)", url: "git://127.0.0.1:\(server.port)/r\($0)") }
        let upstream = try URLUpstream(entries, git: farm.git)
        let repositories = try await upstream.list().repositories.map(\.repository)
        var reasons: [FailureReason: Int] = [:]
        for _ in 0..<3 {
            await withTaskGroup(of: FailureReason?.self) { group in
                for repository in repositories {
                    group.addTask {
                        do throws(Failure) { _ = try await upstream.refs(of: repository) } catch { return error.reason }
                        return nil
                    }
                }
                for await reason in group { if let reason { reasons[reason, default: 0] += 1 } }
            }
        }
        let asked = try String(contentsOfFile: scripts.path + "/asked", encoding: .utf8).count(where: \.isNewline)
        #expect(asked == 2 || asked == 3)
        #expect(reasons == [.noProgress: asked, .connection: 60 - asked])
    }
}
