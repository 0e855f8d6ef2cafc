import Testing

/// Every recorded timer again, by the project's own. No figure deviates on purpose; of the two cases that record faults of the
/// original after steps of the wall clock, the column without them is the right answer.
struct OracleTests {
    /// Without the file the others would have nothing to do, and pass.
    @Test func recordedTimers_AreThere() throws {
        let file = try OracleFile.load()
        #expect(file.cases.contains { $0.kind == .exact })
    }

    @Test(arguments: cases(.exact)) func exactCase_AnswersAsRecorded(_ recorded: OracleCase) throws {
        let answers = recorded.replay(seed: 1)
        #expect(!answers.isEmpty)
        for (read, figures) in answers {
            #expect(!read.expected.isEmpty)
            let differences = OracleTolerance.differences(read, figures)
            #expect(differences.isEmpty, "\(recorded.id): \(differences)")
        }
    }

    @Test(arguments: cases(.statistical)) func statisticalCase_IsDistributedAsRecorded(_ recorded: OracleCase) throws {
        let runs = (1...50).map { recorded.replay(seed: $0) }
        for (index, answer) in runs[0].enumerated() {
            #expect(answer.read.expect_distribution?.isEmpty == false)
            let differences = OracleTolerance.differences(
                answer.read, runs.map { $0[index].figures }, recordedRuns: try #require(recorded.repetitions))
            #expect(differences.isEmpty, "\(recorded.id): \(differences)")
        }
    }

    /// None where the file is missing, which is a failure of its own.
    private static func cases(_ kind: OracleCase.Kind) -> [OracleCase] {
        ((try? OracleFile.load())?.cases ?? []).filter { $0.kind == kind }  // see above
    }
}
