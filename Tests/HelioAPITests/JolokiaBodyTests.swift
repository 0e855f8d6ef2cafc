import Foundation
@testable import HelioAPI
import HelioHTTP
import HelioMetrics
import HelioNode
import Synchronization
import Testing

private let vet = "com.atlassian.bitbucket:category00=mirror,category01=farm,category02=vet,name=timer,type=metrics"

private func withNode(_ body: (LiveNode) async throws -> Void) async throws {
    try await LiveNode.run { node async throws in
        let timer = node.registry.timer("farm.vet", at: Tick(nanoseconds: 0))
        timer.record(nanoseconds: 1_500_000, at: Tick(nanoseconds: 0))
        try await body(node)
    }
}

/// `value` where there is one, else `error`; and the status.
private func outcome(_ answer: Any) throws -> String {
    let answer = try #require(answer as? [String: Any])
    #expect(answer["timestamp"] as? Int == 1_767_323_045)
    let status = try #require(answer["status"] as? Int)
    guard let value = answer["value"] else { return "\(status) \(answer["error"] ?? "")" }
    return "\(status) \(value)"
}

private func outcomes(_ node: LiveNode, _ body: String) async throws -> [String] {
    let reply = try await node.tcp("POST", "/jolokia", body: body)
    #expect(reply.status == 200)
    let json = try JSONSerialization.jsonObject(with: Data(reply.body))
    guard let list = json as? [Any] else { return [try outcome(json)] }
    return try list.map(outcome)
}

private let illegal = "400 java.lang.IllegalArgumentException : "
private let readOnly = "403 java.lang.SecurityException : This view of the timers is read-only"

@Test(arguments: [
    (#"{"type":"read","mbean":"\#(vet)","attribute":"Count"}"#, ["200 1"]),
    (
        #"{"type":"READ","mbean":"\#(vet)","attribute":"Count","path":null,"config":{"maxDepth":1,"ignoreErrors":true}}"#,
        ["200 1"]
    ),
    (#"{"type":"read","mbean":"\#(vet)","attribute":"Count","path":""}"#, ["200 1"]),
    (#"{"type":"read","mbean":"\#(vet)","attribute":["Count"]}"#, [#"200 ["Count": 1]"#]),
    (#"{"type":"read","mbean":"\#(vet)","attribute":"Count,Count"}"#, [#"200 ["Count": 1]"#]),
    (#"{"type":"search","mbean":"*:name=t?mer,*"}"#, [#"200 ["\#(vet)"]"#]),
    (#"{"type":"version","mbean":null}"#, ["200"]),
    ("[]", []),
    (
        #"[{"type":"read","mbean":"\#(vet)","attribute":"Min"},{"type":"x"},{"mbean":"a:b=c"},5,[],{"type":1},"#
            + #"{"type":"exec","mbean":"\#(vet)"}]"#,
        [
            "200 1.5", illegal + "There is no such type of request", illegal + "No type given",
            illegal + "A request is a JSON object",
            illegal + "A request is a JSON object", illegal + "No type given", readOnly,
        ]
    ),
    (#"{"type":"write","mbean":"\#(vet)","attribute":"Count","value":{"a":[1]}}"#, [readOnly]),
    (#"{"type":"read"}"#, [illegal + "Objectname can not be null"]),
    (#"{"type":"read","mbean":7}"#, [illegal + "A name is not a string"]),
    (#"{"type":"read","mbean":"\#(vet)","attribute":[1]}"#, [illegal + "A name is not a string"]),
    (#"{"type":"read","mbean":"\#(vet)","attribute":{}}"#, [illegal + "A name is not a string"]),
    (#"{"type":"list","path":["a"]}"#, [illegal + "A name is not a string"]),
    (#"{"type":"list","path":"com.atlassian.bitbucket/x=y"}"#, [illegal + "No MBean 'com.atlassian.bitbucket:x=y' found"]),
    (
        #"{"type":"list","path":"com.atlassian.bitbucket/\#(vet.dropFirst(24))/op"}"#,
        [illegal + "Path given but nothing is there"]
    ),
    (
        #"{"type":"list","path":"com.atlassian.bitbucket/\#(vet.dropFirst(24))/attr/Count/type"}"#,
        [illegal + "Path given but nothing is there"]
    ),
    (#"{"type":"list","path":"com.atlassian.bitbucket/\#(vet.dropFirst(24))/attr/Count"}"#, ["200"]),
    (
        #"{"type":"read","mbean":"\#(vet)","target":{"url":"service:jmx:rmi:x"}}"#,
        [illegal + "Only the MBeans of this node are served"]
    ),
    ("", [illegal + "Invalid JSON request. The body is not a JSON object."]),
    ("5", [illegal + "A request is a JSON object"]),
    (#"[{"type":"version"}"#, [illegal + "Invalid JSON request. The body is not a JSON object."]),
    (String(repeating: "[", count: 60_000), [illegal + "Invalid JSON request. The body is nested too deeply."]),
]) func post_AnswersEachRequest(body: String, expected: [String]) async throws {
    try await withNode { node async throws in
        let found = try await outcomes(node, body)
        #expect(found.count == expected.count)
        for (found, expected) in zip(found, expected) where expected != "200" || !found.hasPrefix("200 ") {
            #expect(found == expected)
        }
    }
}

@Test func post_IsTakenBelowThePathToo_WhereSomeClientsSendIt() async throws {
    try await withNode { node async throws in
        for target in ["/jolokia/", "/jolokia/read", "/jolokia/read?ignoreErrors=true"] {
            #expect(try await node.tcp("POST", target, body: #"{"type":"version"}"#).text.contains(#""protocol":"7.2""#))
        }
        #expect(try await node.tcp("PUT", "/jolokia", body: "{}").status == 405)
        #expect(try await node.tcp("GET", "/jolokiax").status == 404)
        #expect(try await node.unix("GET", "/jolokia/version").status == 200)
    }
}

@Test func post_IsBounded_InAllItsSizes() async throws {
    try await withNode { node async throws in
        let read = #"{"type":"read","mbean":"*:*"}"#
        func list(_ count: Int) -> String { "[" + Array(repeating: read, count: count).joined(separator: ",") + "]" }
        #expect(try await outcomes(node, list(JolokiaAgent.listLimit)).count == JolokiaAgent.listLimit)
        let tooMany = try await outcomes(node, list(JolokiaAgent.listLimit + 1))
        #expect(tooMany == [illegal + "There are more than \(JolokiaAgent.listLimit) requests in the list"])
        let tooLong = "\"" + String(repeating: "x", count: JolokiaAgent.bodyLimit) + "\""
        #expect(try await node.tcp("POST", "/jolokia", body: tooLong).status == 413)
    }
}

@Test func post_StopsAnswering_WhenTheAnswerIsLong() async throws {
    try await withNode { node async throws in
        for outcome in 0..<100 {
            _ = node.registry.timer("operation.local.fetch", outcome: "o\(outcome)", at: Tick(nanoseconds: 0))
        }
        let body = "[" + Array(repeating: #"{"type":"read","mbean":"*:*"}"#, count: 500).joined(separator: ",") + "]"
        let reply = try await node.tcp("POST", "/jolokia", body: body)
        #expect(reply.body.count < JolokiaAgent.answerLimit + 300_000)
        let found = try #require(try JSONSerialization.jsonObject(with: Data(reply.body)) as? [Any]).map(outcome)
        #expect(found.count == 500 && found[0].hasPrefix("200 "))
        #expect(found[499] == illegal + "The answer is too long; ask in several lists")
    }
}

@Test func list_NamesTypes_OfEveryAttribute() async throws {
    try await withNode { node async throws in
        let reply = try await node.tcp("GET", "/jolokia/list")
        let json = try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any]
        let domains = try #require(json?["value"] as? [String: [String: [String: Any]]])
        let bean = try #require(
            domains["com.atlassian.bitbucket"]?["category00=mirror,category01=farm,category02=vet,name=timer,type=metrics"])
        let types = try #require(bean["attr"] as? [String: [String: Any]]).mapValues { $0["type"] as? String }
        #expect(types.count == 17)
        #expect(types.filter { $0.value == "double" }.count == 14)
        #expect(
            types["Count"] == "long" && types["RateUnit"] == "java.lang.String" && types["DurationUnit"] == "java.lang.String")
        #expect(bean["class"] as? String == "com.codahale.metrics.JmxReporter$JmxTimer")
    }
}

@Test func value_IsNull_WhereJSONHasNoNumber() {
    #expect(
        Sample.render(JolokiaValue.array([.real(.infinity), .real(.nan), .real(-.infinity), .real(2.2e-299)]))
            == "[null,null,null,2.2e-299]")
}

@Test func readings_AreTakenOnce_HoweverOftenAskedFor() async throws {
    let count = Count()
    let bean = MBean(
        name: try ObjectName("a:b=c"), className: "x", description: "x", attributes: [.init("N", "long")],
        read: { _ in [.integer(count.next())] })
    let board = NodeBoard(identity: Sample.identity, snapshot: Sample.snapshot())
    let agent = JolokiaAgent(MBeanServer([{ [bean] }]), board, tick: { Tick(nanoseconds: 0) }, seconds: { 0 })
    let read = #"{"type":"read","mbean":"a:b=c"}"#
    for expected in 1...2 {
        let response = await agent.answer(body: Array("[\(read),\(read)]".utf8))
        guard case .bytes(let bytes) = response.body else { continue }
        #expect(String(decoding: bytes, as: UTF8.self).ranges(of: #"{"N":\#(expected)}"#).count == 2)
    }
}

private final class Count: Sendable {
    private let value = Mutex<Int64>(0)
    func next() -> Int64 {
        value.withLock { value in
            value += 1
            return value
        }
    }
}
