import Foundation
@testable import HelioAPI
import HelioMetrics
import Testing

private let domain = "com.atlassian.bitbucket"
private let vet = "\(domain):type=metrics,category00=mirror,category01=farm,category02=vet,name=timer"
private let canonicalVet = "\(domain):category00=mirror,category01=farm,category02=vet,name=timer,type=metrics"
private let fetch = "\(domain):category00=mirror,category01=operation,category02=local,category03=fetch,name=success,type=metrics"

/// What Dropwizard 3.2.6 and Jolokia 1.7.1 give for the same two durations, the mean rate but for the clock.
private let vetValues =
    #"{"Count":2,"MeanRate":0.5,"OneMinuteRate":0.0,"FiveMinuteRate":0.0,"FifteenMinuteRate":0.0,"RateUnit":"events/second","#
    + #""Min":1.5,"Max":3000.0,"Mean":1500.75,"StdDev":1499.25,"50thPercentile":3000.0,"75thPercentile":3000.0,"#
    + #""95thPercentile":3000.0,"98thPercentile":3000.0,"99thPercentile":3000.0,"999thPercentile":3000.0,"#
    + #""DurationUnit":"milliseconds"}"#

private func withNode(_ body: (LiveNode) async throws -> Void) async throws {
    try await LiveNode.run { node async throws in
        let start = Tick(nanoseconds: 0)
        let timer = node.registry.timer("farm.vet", at: start)
        timer.record(nanoseconds: 1_500_000, at: start)
        timer.record(nanoseconds: 3_000_000_000, at: start)
        for outcome in ["success", "error"] { _ = node.registry.timer("operation.local.fetch", outcome: outcome, at: start) }
        try await body(node)
    }
}

private func answer(_ request: String, _ rest: String, _ status: Int = 200) -> String {
    let described = request.isEmpty ? "" : #""request":{"# + request + "},"
    return "{" + described + rest + #","timestamp":1767323045,"status":\#(status)}"#
}

private func failure(_ request: String, _ status: Int, _ type: String, _ message: String) -> String {
    answer(request, #""error_type":"\#(type)","error":"\#(type) : \#(message)""#, status)
}

private let illegal = "java.lang.IllegalArgumentException"
private let noBean = "javax.management.InstanceNotFoundException"
private let noAttribute = "javax.management.AttributeNotFoundException"
private let security = "java.lang.SecurityException"
private let version =
    #""value":{"agent":"0.1.0","protocol":"7.2","config":{"agentId":"11111111-2222-4333-8444-555555555555"},"#
    + #""info":{"product":"heliostat","version":"0.1.0"}}"#

/// What follows `read/`, and the answer. Jolokia 1.7.1 answers the same, in another order; but it knows no dotted names, repeats
/// nothing of a request whose name is malformed, names the beans that lack an attribute, and gives errors no `timestamp`.
private let reads: [(String, String)] = [
    (vet, answer(#""mbean":"\#(canonicalVet)","type":"read""#, #""value":\#(vetValues)"#)),
    (vet + "/", answer(#""mbean":"\#(canonicalVet)","type":"read""#, #""value":\#(vetValues)"#)),
    (canonicalVet + "/Count", answer(#""mbean":"\#(canonicalVet)","attribute":"Count","type":"read""#, #""value":2"#)),
    (vet + "/RateUnit", answer(#""mbean":"\#(canonicalVet)","attribute":"RateUnit","type":"read""#, #""value":"events/second""#)),
    (
        vet + "/Mean,Count",
        answer(#""mbean":"\#(canonicalVet)","attribute":["Mean","Count"],"type":"read""#, #""value":{"Count":2,"Mean":1500.75}"#)
    ),
    (
        "\(domain):mirror.operation.local.fetch.success/Max",
        answer(#""mbean":"\#(domain):mirror.operation.local.fetch.success","attribute":"Max","type":"read""#, #""value":0.0"#)
    ),
    (
        "\(domain):*,name=%3F*e*s/Count",
        answer(#""mbean":"\#(domain):name=?*e*s,*","attribute":"Count","type":"read""#, #""value":{"\#(fetch)":{"Count":0}}"#)
    ),
    (
        "*:category02=vet,*/Count,Nope",
        answer(
            #""mbean":"*:category02=vet,*","attribute":["Count","Nope"],"type":"read""#,
            #""value":{"\#(canonicalVet)":{"Count":2}}"#)
    ),
    (
        vet + "/Nope",
        failure(#""mbean":"\#(canonicalVet)","attribute":"Nope","type":"read""#, 404, noAttribute, "No such attribute: Nope")
    ),
    (
        vet + "/Count,Nope",
        failure(
            #""mbean":"\#(canonicalVet)","attribute":["Count","Nope"],"type":"read""#, 404, noAttribute, "No such attribute: Nope"
        )
    ),
    ("a:b=c!/d!!e!f", failure(#""mbean":"a:b=c/d!ef","type":"read""#, 404, noBean, "a:b=c/d!ef")),
    (#"a:b=!%22c!%22"#, failure(#""mbean":"a:b=\"c\"","type":"read""#, 404, noBean, #"a:b=\"c\""#)),
    (
        "nonsense",
        failure(#""mbean":"nonsense","type":"read""#, 400, illegal, "Invalid object name. Key properties cannot be empty")
    ),
    ("\(domain):type=x", failure(#""mbean":"\#(domain):type=x","type":"read""#, 404, noBean, "\(domain):type=x")),
    (
        "\(domain):type=x,*",
        failure(
            #""mbean":"\#(domain):type=x,*","type":"read""#, 404, noBean,
            "No MBean with pattern \(domain):type=x,* found for reading attributes")
    ),
    (
        "\(domain):*/Nope",
        failure(
            #""mbean":"\#(domain):*","attribute":"Nope","type":"read""#, 400, illegal,
            "No matching attributes found on the MBeans of the pattern")
    ),
]

@Test(arguments: reads) func read_AnswersAsJolokiaDoes(path: String, expected: String) async throws {
    try await withNode { node async throws in
        let reply = try await node.tcp("GET", "/jolokia/read/" + path)
        #expect(reply.status == 200)
        #expect(reply["Content-Type"] == "application/json")
        #expect(reply["Cache-Control"] == "no-store")
        #expect(reply.text == expected)
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(reply.body)) }
    }
}

/// What is refused here and not by Jolokia: a path into a number finds nothing there either, but says so.
@Test(arguments: [
    ("/jolokia/read", failure("", 400, illegal, "Objectname can not be null")),
    ("/jolokia/search", failure("", 400, illegal, "Objectname can not be null")),
    ("/jolokia/search/xx", failure("", 400, illegal, "Invalid object name. Key properties cannot be empty")),
    ("/jolokia/bogus/x", failure("", 400, illegal, "There is no such type of request")),
    (
        "/jolokia/read/\(vet)/Count/inner",
        failure("", 400, illegal, "No attribute here has anything inside that a path could lead to")
    ),
    ("/jolokia/exec/\(vet)/values", failure("", 403, security, "This view of the timers is read-only")),
    ("/jolokia/write/\(vet)/Count/3", failure("", 403, security, "This view of the timers is read-only")),
    ("/jolokia/WRITE/\(vet)/Count/3", failure("", 403, security, "This view of the timers is read-only")),
    ("/jolokia/notification/register", failure("", 403, security, "This view of the timers is read-only")),
    ("/jolokia/version", answer(#""type":"version""#, version)), ("/jolokia", answer(#""type":"version""#, version)),
    ("/jolokia/", answer(#""type":"version""#, version)), ("/jolokia/?ignoreErrors=true", answer(#""type":"version""#, version)),
    ("/jolokia/search/nope:*", answer(#""mbean":"nope:*","type":"search""#, #""value":[]"#)),
    (
        "/jolokia/search/\(domain):name=success,*",
        answer(#""mbean":"\#(domain):name=success,*","type":"search""#, #""value":["\#(fetch)"]"#)
    ),
    ("/jolokia/search/\(vet)", answer(#""mbean":"\#(canonicalVet)","type":"search""#, #""value":["\#(canonicalVet)"]"#)),
    ("/jolokia/list/nope", answer(#""path":"nope","type":"list""#, #""value":{}"#)),
    ("/jolokia/list/a!/b", answer(#""path":"a!/b","type":"list""#, #""value":{}"#)),
    (
        "/jolokia/list/\(domain)/type=metrics,category00=mirror,category01=farm,category02=vet,name=timer/attr/Count",
        answer(
            #""path":"\#(vet.replacing(":", with: "/"))/attr/Count","type":"list""#,
            #""value":{"rw":false,"type":"long","desc":"Attribute exposed for management"}"#)
    ),
]) func get_AnswersWithAStatusInTheBody(target: String, expected: String) async throws {
    try await withNode { node async throws in
        let reply = try await node.tcp("GET", target)
        #expect(reply.status == 200)
        #expect(reply.text == expected)
    }
}
