/// All of them, in the order of their names.
enum FuzzTargets {
    static let all: [any FuzzTarget] = [
        AddressTarget(), AnswerTarget(), ChunkedTarget(), ConfigurationTarget(), GitErrorsTarget(), GitURLTarget(), JolokiaTarget(),
        JSONTarget(), LettersTarget(), ListingTarget(), NegotiationTarget(), RefLinesTarget(), RefPatternTarget(), RepositoryHashesTarget(),
        RequestHeadTarget(), RequestStreamTarget(), RequestTargetTarget(), RESPTarget(), RetryAfterTarget(),
    ]

    static func named(_ name: String) -> (any FuzzTarget)? { all.first { $0.name == name } }
}
