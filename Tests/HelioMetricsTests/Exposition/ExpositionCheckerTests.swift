import TestSupport
import Testing

/// The checker itself: what it never finds it cannot keep away.
struct ExpositionCheckerTests {
    @Test(arguments: BadDocument.all) func badDocument_IsFoundOut(_ bad: BadDocument) {
        let problems = ExpositionChecker.problems(in: Array(bad.text.utf8), as: bad.dialect)
        #expect(problems.contains { $0.rule == bad.rule }, "\(problems)")
    }

    @Test func everyRule_HasABadDocument() {
        #expect(Set(BadDocument.all.map(\.rule)) == Set(ExpositionProblem.Rule.allCases))
    }

    @Test func flawlessText_HasNoProblems() {
        let text = #"""
            # HELP a_total Ends in \\ and\nhas "two" lines.
            # TYPE a_total counter
            a_total{x="a\"b\\c\nd",y="ü"} 1
            a_total{x="",y=""} 1e+06
            # a remark
            # HELP b_seconds B.
            # TYPE b_seconds histogram
            b_seconds_bucket{x="1",le="0.5"} 0
            b_seconds_bucket{x="1",le="+Inf"} 2
            b_seconds_sum{x="1"} 1.7643012345e+09
            b_seconds_count{x="1"} 2
            # HELP c C.
            # TYPE c summary
            c{quantile="0.5"} NaN
            c_sum 0.0
            c_count 0
            # HELP d D.
            # TYPE d gauge
            d -Inf

            """#
        #expect(ExpositionChecker.problems(in: Array(text.utf8), as: .text).map(\.description) == [])
    }

    @Test func flawlessOpenMetrics_HasNoProblems() {
        let text = #"""
            # TYPE a_seconds counter
            # UNIT a_seconds seconds
            # HELP a_seconds The \"a\".
            a_seconds_total 0.001
            # TYPE b info
            # HELP b B.
            b_info{version="0.1.0"} 1
            # EOF

            """#
        #expect(ExpositionChecker.problems(in: Array(text.utf8), as: .openMetrics).map(\.description) == [])
    }
}
