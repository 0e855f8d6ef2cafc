/// Judges one repository after another of two sides.
struct DiffPair: Sendable {
    /// How far a time that was heard of may be off: an age is told when it is read and heard when it has been sent.
    static let slack: Duration = .seconds(2)

    let a: DiffSide
    let b: DiffSide
    let now: MonotonicTime

    /// - Returns: nil when neither side has it nor should have it.
    func judge(_ mine: DiffReading?, _ theirs: DiffReading?) -> DiffJudgement? {
        // What is wrong with a side by itself is worse than, and may be the cause of, whatever the two differ in.
        let faults = [mine.flatMap { fault(of: $0, .a) }, theirs.flatMap { fault(of: $0, .b) }].compactMap(\.self)
        let worst = faults.min { $0.outcome < $1.outcome }
        if let worst, worst.severity == .critical { return worst }
        if let absence = absence(mine, theirs) { return absence.judgement }
        if let worst { return worst }
        guard let mine, let theirs else { return nil }
        return content(mine, theirs)
    }

    // MARK: One side by itself

    private func fault(of reading: DiffReading, _ place: DiffPlace) -> DiffJudgement? {
        guard reading.isClaimed, let disk = reading.disk, let fault = Self.fault(of: reading, disk, place) else { return nil }
        // A synchronisation that runs moves refs, and one that repairs replaces the copy: neither was seen at rest.
        guard reading.standing?.isChanging == true, fault.severity == .critical else { return fault }
        return DiffJudgement(.lagging, place, .changing, age: age(of: reading.standing))
    }

    private static func fault(of reading: DiffReading, _ disk: DiskReading, _ place: DiffPlace) -> DiffJudgement? {
        switch disk {
        case .absent: return DiffJudgement(.claimedAbsent, place, .copyGone)
        case .unreadable(let failure):
            // An upstream keeps no record that could claim more than its disk holds.
            let isLoss = reading.standing != nil && [.corrupt, .notFound, .rejected].contains(failure.reason)
            return DiffJudgement(isLoss ? .claimedAbsent : .unknown, place, .unreadable(failure))
        case .read(let found):
            if let gap = found.gap { return DiffJudgement(.claimedAbsent, place, .gap(gap)) }
            let differs = reading.content != .unknown && found.content != .unknown && reading.content != found.content
            return differs ? DiffJudgement(.mismatch, place, .diskDiffers) : nil
        }
    }

    // MARK: There or not

    private struct Absence {
        /// nil when nobody misses it.
        let judgement: DiffJudgement?
    }

    /// - Returns: nil when both sides have it.
    private func absence(_ mine: DiffReading?, _ theirs: DiffReading?) -> Absence? {
        switch (mine?.isClaimed ?? false, theirs?.isClaimed ?? false) {
        case (true, true): nil
        case (true, false): Absence(judgement: absent(theirs, .b, other: mine))
        case (false, true): Absence(judgement: absent(mine, .a, other: theirs))
        case (false, false): Absence(judgement: absentFromBoth(mine, theirs))
        }
    }

    private func absent(_ reading: DiffReading?, _ place: DiffPlace, other: DiffReading?) -> DiffJudgement {
        let side = side(place)
        if side.mayHide(other?.name) { return DiffJudgement(.unknown, place, .unseen) }
        if isUpstreamOfOther(place) { return DiffJudgement(.extra, place.other, .goneUpstream) }
        return missing(reading, place)
    }

    private func missing(_ reading: DiffReading?, _ place: DiffPlace?) -> DiffJudgement {
        DiffJudgement(.missing, place, reading == nil ? .notThere : .firstCopy, age: age(of: reading?.standing))
    }

    /// Nodes know of repositories before they have them.
    private func absentFromBoth(_ mine: DiffReading?, _ theirs: DiffReading?) -> DiffJudgement? {
        // What an upstream does not have any more is owed to nobody.
        if (mine == nil && isUpstreamOfOther(.a)) || (theirs == nil && isUpstreamOfOther(.b)) { return nil }
        let place: DiffPlace? = mine == nil ? .b : theirs == nil ? .a : nil
        return missing(mine ?? theirs, place)
    }

    // MARK: Content

    private func content(_ mine: DiffReading, _ theirs: DiffReading) -> DiffJudgement {
        if mine.held == .unknown || theirs.held == .unknown {
            let place: DiffPlace? = mine.held == theirs.held ? nil : mine.held == .unknown ? .a : .b
            return DiffJudgement(.unknown, place, .notComputed)
        }
        guard mine.held == theirs.held else {
            return lag(mine, theirs) ?? DiffJudgement(.mismatch, nil, .contentDiffers)
        }
        guard let one = mine.figures, let other = theirs.figures, one != other else { return DiffJudgement(.equal, nil, .same) }
        return DiffJudgement(.packedDifferently, nil, .packing)
    }

    /// What explains that two contents differ without either being wrong: the most certain first.
    private func lag(_ mine: DiffReading, _ theirs: DiffReading) -> DiffJudgement? {
        let sides = [(mine, DiffPlace.a), (theirs, .b)]
        for (reading, place) in sides { if let lag = admitted(by: reading, place) { return lag } }
        if let lag = notLooked(mine, theirs) { return lag }
        for (reading, place) in sides {
            // Of a node that tells hashes alone, moving is all that can be seen of a synchronisation.
            if reading.standing?.isChanging ?? (reading.hasMoved && !isUpstreamOfOther(place)) { return DiffJudgement(.lagging, place, .changing) }
        }
        for (reading, place) in sides where reading.standing == nil && side(place).isBehindSomewhere {
            return DiffJudgement(.lagging, place, .mayBeBehind, age: nil)
        }
        return nil
    }

    private func admitted(by reading: DiffReading, _ place: DiffPlace) -> DiffJudgement? {
        guard let standing = reading.standing else { return nil }
        switch standing.status {
        case .behind: return DiffJudgement(.lagging, place, .behind, age: age(of: standing))
        case .quarantined: return DiffJudgement(.lagging, place, .quarantined, age: age(of: standing))
        case .waiting, .synchronized: return nil
        }
    }

    /// Each side proves that its content was the upstream's from `heldSince` to `confirmedAt`. A side whose proof ends before the
    /// other's begins has simply not seen the change. Where the two overlap, both cannot be right.
    private func notLooked(_ mine: DiffReading, _ theirs: DiffReading) -> DiffJudgement? {
        let gaps = [(Self.gap(from: mine, to: theirs), DiffPlace.a, theirs), (Self.gap(from: theirs, to: mine), .b, mine)]
        // The times are not exact, so both may be possible: the wider gap is the likelier.
        let widest = gaps.max { ($0.0 ?? Self.never) < ($1.0 ?? Self.never) }
        guard let (gap, place, other) = widest, let gap, gap > .zero - Self.slack, let held = other.heldSince else { return nil }
        let age = max(now - held, .zero)
        // An upstream is behind of nothing: it was read before the node took what came then.
        if isUpstreamOfOther(place) { return DiffJudgement(.lagging, nil, .moments, age: age) }
        return DiffJudgement(.lagging, place, .notLooked, age: age)
    }

    private static let never: Duration = .seconds(-(1 << 40))

    /// From the end of the one's proof to the beginning of the other's; nil where one of them proves nothing.
    private static func gap(from reading: DiffReading, to other: DiffReading) -> Duration? {
        reading.confirmedAt.flatMap { looked in other.heldSince.map { $0 - looked } }
    }

    private func age(of standing: DiffStanding?) -> Duration? {
        standing?.outstandingSince.map { max(now - $0, .zero) }
    }

    private func side(_ place: DiffPlace) -> DiffSide { place == .a ? a : b }

    /// Of two directories neither is the other's upstream.
    private func isUpstreamOfOther(_ place: DiffPlace) -> Bool {
        side(place).role == .upstream && side(place.other).role != .upstream
    }
}

extension DiffSide {
    fileprivate var isBehindSomewhere: Bool { backlog.map { $0.behind > 0 } ?? false }
}
