import HelioMetrics
import Testing

private let openMetrics = "Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1"

@Test func metrics_SaysWhatItIs_InEachFormat() async throws {
    try await LiveNode.run { node async throws in
        _ = node.registry.counter("heliostat_things_total", "Things.")
        let text = try await node.tcp("GET", "/metrics")
        #expect(text.status == 200)
        #expect(text["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(text["Vary"] == "Accept, Accept-Encoding")
        #expect(text["Cache-Control"] == "no-store")
        #expect(text["Content-Encoding"] == nil)
        #expect(text.text.contains("# TYPE heliostat_things_total counter\nheliostat_things_total 0\n"))
        let open = try await node.tcp("GET", "/metrics", headers: [openMetrics])
        #expect(open["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(open.text.hasSuffix("# EOF\n"))
        #expect(try await node.unix("GET", "/metrics").status == 200)
    }
}

@Test func metrics_CombinesHeaderLines_WhenThereAreSeveral() async throws {
    try await LiveNode.run { node async throws in
        let reply = try await node.tcp(
            "GET", "/metrics",
            headers: [
                "Accept: text/plain;q=0.5", "X: y", "accept:application/openmetrics-text", "Accept-Encoding: br",
                "accept-encoding: gzip",
            ])
        #expect(reply["Content-Type"]?.hasPrefix("application/openmetrics-text") == true)
        #expect(reply["Content-Encoding"] == "gzip")
    }
}

@Test func metrics_AnswersTextToAll_WhateverTheyAccept() async throws {
    try await LiveNode.run { node async throws in
        for accept in [
            String(repeating: ",", count: 7900), String(repeating: "a/b;q=0.1,", count: 790), "\"", "text/plain;q=NaN", "\u{80}",
        ] {
            let reply = try await node.tcp(
                "GET", "/metrics", headers: ["Accept: \(accept)", "Accept-Encoding: \(accept)".prefix(100).description])
            #expect(reply.status == 200)
            #expect(reply["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        }
    }
}

@Test func metrics_HasTheHeadersOfGet_WhenAskedForTheHead() async throws {
    try await LiveNode.run { node async throws in
        for headers in [[], [openMetrics], ["Accept-Encoding: gzip"]] {
            let (get, head) = (
                try await node.tcp("GET", "/metrics", headers: headers),
                try await node.tcp("HEAD", "/metrics", headers: headers)
            )
            #expect(head.status == 200 && head.body.isEmpty)
            let names = ["Content-Type", "Content-Encoding", "Vary", "Cache-Control", "Content-Length"]
            #expect(names.map { head[$0] } == names.map { get[$0] })
        }
    }
}

/// Longer than a piece of a streamed body, so that each reader takes it in several.
@Test func metrics_ArriveWhole_WhenTheyAreLong() async throws {
    try await LiveNode.run { node async throws in
        let counters = node.registry.counters("heliostat_things_total", "Things.", by: ["thing"], limit: 10_000)
        for index in 0..<5000 { counters.child([String(repeating: "x", count: 20) + "\(index)"])?.add(index) }
        let plain = try await node.tcp("GET", "/metrics")
        #expect(plain.body.count > 200_000)
        #expect(plain.text.hasSuffix("4999\"} 4999\n"))
        let packed = try await node.tcp("GET", "/metrics", headers: ["Accept-Encoding: gzip"])
        #expect(packed.body.count < plain.body.count / 4)
    }
}
