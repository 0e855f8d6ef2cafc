import Testing

@testable import HelioNode

/// When what a farm of three announces goes out, and who sends it. Times are seconds; the node is the first in order.
struct AnnouncingTests: FarmOfThree {
    var machine: FarmMachine
    let records: [MemberRecord]
    private let repository: RepositoryID
    private let name: RepositoryName

    init() throws {
        records = try Self.makeRecords()
        let ids = records.map(\.id)
        repository = RepositoryID(try #require((1...100 as ClosedRange<Int64>).first { Rendezvous.order(ids, for: $0).first == ids[0] }))
        name = try RepositoryName("P/r")
        machine = FarmMachine(records[0], settings: FarmSettings(), seed: 1, now: Self.at(0))
        feed(.standing(records[0].standing), at: 0)
        read(at: 0)
        feed(.published, at: 0)
        // What was announced meanwhile would have come by now.
        read(at: 6)
    }

    /// This node holds something new, as its listing of that moment says.
    /// - Returns: the operation by which it tells the others.
    private mutating func hold(_ number: Int64, _ content: UInt8, at seconds: Double) -> FarmOperationID? {
        let change = HeldChange(id: HeldID(number), repository: repository, name: name, content: Self.content(content))
        let told = feed(.held(change, .incremental, listedAt: Self.at(seconds)), at: seconds).messages
        for message in told { feed(.letter(FarmLetter(sender: this, message: message), ours: nil), at: seconds) }
        return told.compactMap { if case .changed(let id, _, _, _) = $0 { id } else { nil } }.first
    }

    // MARK: The barrier

    @Test mutating func change_IsAnnounced_WhenAllHaveIt() throws {
        let told = try #require(hold(1, 1, at: 10))
        read(at: 10.1)
        #expect(letter(.answered(told, .success(Self.content(1))), from: others[0], at: 10.2).proposals.isEmpty)
        #expect(letter(.answered(told, .success(Self.content(1))), from: others[1], at: 10.3).proposals.map(\.laggards) == [[]])
    }

    /// Who held it before something else came need not hold it again.
    @Test mutating func change_AwayAndBack_WaitsForAllAgain() throws {
        for (number, content) in [(1, 1), (2, 2)] as [(Int64, UInt8)] {
            let told = try #require(hold(number, content, at: Double(number) * 10))
            read(at: Double(number) * 10 + 0.1)
            for other in others { letter(.answered(told, .success(Self.content(content))), from: other, at: Double(number) * 10 + 0.2) }
            feed(.settled(repository, remaining: []), at: Double(number) * 10 + 0.3)
        }
        let told = try #require(hold(3, 1, at: 30), "it is told, although the same was told before")
        #expect(read(at: 30.1).proposals.isEmpty)
        #expect(letter(.answered(told, .equal(Self.content(1))), from: others[0], at: 30.2).proposals.isEmpty)
        #expect(letter(.answered(told, .success(Self.content(1))), from: others[1], at: 30.3).proposals.map(\.held) == [HeldID(3)])
    }

    @Test mutating func nodeThatCameSince_IsNamed() throws {
        read([records[1]], at: 9)
        read([records[1]], at: 9)
        _ = try #require(hold(1, 1, at: 10))
        let proposals = [10.1, 25, 40].flatMap { read([records[1]], at: $0).proposals }
        let proposal = try #require(proposals.first)
        #expect(proposal.laggards == [others[0]] && proposals.count == 1)
        read(at: 40.5)
        #expect(machine.laggards(of: proposal) == others)
    }

    /// A proposal failed, because Redis had just gone; then the view became old before the next heartbeat failed.
    @Test mutating func change_IsNotAnnouncedAlone_BeforeItIsKnownThatTheFarmIsOut() throws {
        read(at: 10)
        _ = hold(1, 1, at: 10)
        #expect(feed(.wake, at: 41).proposals.isEmpty, "the view is 31 seconds old")
        #expect(read(at: 41).proposals.map(\.isAlone) == [false])
        feed(.proposalFailed(repository), at: 55)
        #expect(feed(.wake, at: 57.5).proposals.isEmpty)
        #expect(feed(.unread("gone"), at: 58).proposals.map(\.isAlone) == [true], "it is the first in order")
    }

    /// The store could not be read when the node was started.
    @Test mutating func changeThatIsReadLate_ComesBeforeWhatIsHeldSince_AndOnce() throws {
        _ = hold(2, 2, at: 10)
        let told = try #require(hold(1, 1, at: 11))
        #expect(hold(2, 2, at: 11) == nil)
        read(at: 11.1)
        letter(.answered(told, .success(Self.content(1))), from: others[0], at: 11.2)
        let proposals = letter(.answered(told, .success(Self.content(1))), from: others[1], at: 11.3).proposals
        #expect(proposals.map(\.held) == [HeldID(1)])
        #expect(feed(.settled(repository, remaining: [HeldID(2)]), at: 11.4).proposals.map(\.held) == [HeldID(2)])
        feed(.settled(repository, remaining: []), at: 11.5)
        #expect(feed(.wake, at: 50).proposals.isEmpty)
    }

    /// Pushes come faster than this one and the others synchronise: what was told long ago is answered by what is answered last.
    @Test mutating func answerToALaterChange_CountsForAllBefore_HoweverManyTheyAre() throws {
        var told: [FarmOperationID] = []
        for number in 1...40 as ClosedRange<UInt8> {
            told.append(try #require(hold(Int64(number), number, at: 10 + Double(number) / 10)))
        }
        read(at: 14.5)
        #expect(letter(.answered(told[19], .success(Self.content(20))), from: others[0], at: 15).proposals.isEmpty)
        let first = letter(.answered(told[19], .success(Self.content(20))), from: others[1], at: 15.1).proposals
        #expect(first.map(\.held) == [HeldID(1)] && first.map(\.laggards) == [[]])
        let twentieth = feed(.settled(repository, remaining: Set((20...40 as ClosedRange<Int64>).map { HeldID($0) })), at: 15.2).proposals
        #expect(twentieth.map(\.held) == [HeldID(20)])
        let rest = Set((21...40 as ClosedRange<Int64>).map { HeldID($0) })
        #expect(feed(.settled(repository, remaining: rest), at: 15.3).proposals.isEmpty, "nobody is known to have it")
    }

    @Test mutating func answerThatTakesLong_Counts_WhileTheBarrierLasts() throws {
        var settings = FarmSettings()
        settings.barrier = .seconds(1800)
        feed(.reconfigured(settings), at: 7)
        let told = try #require(hold(1, 1, at: 10))
        read(at: 700)
        letter(.answered(told, .success(Self.content(1))), from: others[0], at: 700)
        let proposals = letter(.answered(told, .success(Self.content(1))), from: others[1], at: 701).proposals
        #expect(proposals.map(\.laggards) == [[]])
    }

    @Test mutating func reading_MakesNothingOfWhatWaits() {
        var settings = FarmSettings()
        settings.barrier = .seconds(600)
        feed(.reconfigured(settings), at: 7)
        _ = hold(1, 1, at: 10)
        for number in 0..<1000 { read(at: 11 + Double(number) / 2) }
        #expect(machine.announcements.dueHeap.count <= 2)
        #expect(read(at: 609).proposals.isEmpty)
        #expect(read(at: 611).proposals.map(\.laggards) == [others])
    }

    // MARK: Before the first attempt

    @Test mutating func event_GoesOut_WhenAllHaveStoredIt_WhoeverWasFirst() {
        read(at: 10)
        letter(.stored(repository, number: 1), from: others[0], at: 10)
        #expect(feed(.adopted(repository, number: 1, sender: this, remaining: []), at: 10.1).released.isEmpty)
        #expect(letter(.stored(repository, number: 1), from: others[1], at: 10.2).released == [repository])
    }

    @Test mutating func storedLater_CountsForWhatWasBefore() {
        read(at: 10)
        feed(.adopted(repository, number: 1, sender: this, remaining: []), at: 10)
        letter(.stored(repository, number: 2), from: others[0], at: 10.1)
        #expect(letter(.stored(repository, number: 2), from: others[1], at: 10.2).released == [repository])
    }

    @Test mutating func busyRepository_DoesNotPutItsEventsOff() {
        read(at: 10)
        for number in 1...4 as ClosedRange<Int64> {
            let effects = feed(.adopted(repository, number: number, sender: this, remaining: []), at: 9 + Double(number))
            #expect(effects.released.isEmpty)
        }
        #expect(feed(.wake, at: 14.9).released.isEmpty)
        #expect(feed(.adopted(repository, number: 5, sender: this, remaining: []), at: 15).released == [repository])
    }

    @Test mutating func nodeThatCannotStore_IsNotWaitedFor() {
        var full = records[1]
        full.standing.canStore = false
        read([full, records[2]], at: 10)
        feed(.adopted(repository, number: 1, sender: this, remaining: []), at: 10)
        #expect(letter(.stored(repository, number: 1), from: others[1], at: 10.1).released == [repository])
    }

    // MARK: Whose sender is gone

    private func orphan(of sender: Int, age: Double) -> FarmEvent {
        .orphans([Orphan(repository: repository, sender: others[sender], age: .seconds(age))])
    }

    @Test mutating func eventOfAnAbsentNode_IsSentByTheNext() {
        read([records[2]], at: 10)
        read([records[2]], at: 30)
        #expect(feed(orphan(of: 0, age: 1), at: 30).released == [repository])
        #expect(feed(orphan(of: 1, age: 100_000), at: 30).released.isEmpty)
    }

    /// The first in order may not have it: it joined after the event was announced.
    @Test mutating func eventOfAnAbsentNode_IsSentByTheSecond_AMinuteLater() throws {
        let heirs = [this, others[1]]
        let id = try #require((1...100 as ClosedRange<Int64>).first { Rendezvous.order(heirs, for: $0).first == heirs[1] })
        let orphans = FarmEvent.orphans([Orphan(repository: RepositoryID(id), sender: others[0], age: .seconds(1000))])
        read([records[2]], at: 10)
        for seconds in [30, 60, 89] as [Double] {
            read([records[2]], at: seconds)
            #expect(feed(orphans, at: seconds).released.isEmpty)
        }
        read([records[2]], at: 90)
        #expect(feed(orphans, at: 90).released == [RepositoryID(id)])
        // It was back meanwhile.
        read(at: 95)
        read([records[2]], at: 100)
        #expect(feed(orphans, at: 100).released.isEmpty)
    }

    /// The receiver is slow: the first in order has not sent everything after a minute.
    @Test mutating func eventThatAnotherHasTaken_IsSentByNoThird_UntilThatOneIsGoneOrThrough() throws {
        let heirs = [this, others[1]]
        let id = try #require((1...100 as ClosedRange<Int64>).first { Rendezvous.order(heirs, for: $0).first == heirs[1] })
        let claim = Claim(RepositoryID(id), of: others[0])
        let orphans = FarmEvent.orphans([Orphan(repository: claim.repository, sender: claim.sender, age: .seconds(1000))])
        read([records[2]], at: 10)
        read([records[2]], at: 30)
        #expect(feed(orphans, at: 30).released.isEmpty)
        letter(.claimed(claim), from: others[1], at: 31)
        for seconds in [90, 210, 330] as [Double] {
            read([records[2]], at: seconds)
            #expect(feed(orphans, at: seconds).released.isEmpty)
        }
        // It is there, and has not said it again: it did not have everything.
        read([records[2]], at: 380)
        #expect(feed(orphans, at: 380).released.isEmpty)
        read([records[2]], at: 392)
        #expect(feed(orphans, at: 392).released == [claim.repository])
        letter(.claimed(claim), from: others[1], at: 400)
        read([records[2]], at: 401)
        #expect(feed(orphans, at: 401).released.isEmpty)
        // It has gone, too.
        for seconds in [405, 410, 430] as [Double] { read([], at: seconds) }
        #expect(feed(orphans, at: 431).released == [claim.repository])
    }

    @Test mutating func takenEvents_AreClaimed_AndAgainWhileTheyWait() {
        let claim = Claim(repository, of: others[0])
        read([records[2]], at: 10)
        read([records[2]], at: 30)
        #expect(feed(orphan(of: 0, age: 1), at: 30).claims == [claim])
        let times = [60, 90, 139, 140, 200] as [Double]
        let told = times.filter { seconds in
            read([records[2]], at: seconds)
            return feed(.orphans([], taken: [claim]), at: seconds).claims == [claim]
        }
        #expect(told == [140])
        read(at: 300)
        #expect(feed(.orphans([], taken: [claim]), at: 300).claims.isEmpty, "its sender is back")
    }

    /// Or what is newer would overtake what is older, at one endpoint.
    @Test mutating func eventsOfAnEarlierSender_GoWithTheOwn_ThoughAnotherSendsThem() {
        read([records[2]], at: 10)
        letter(.claimed(Claim(repository, of: others[0])), from: others[1], at: 10)
        feed(.adopted(repository, number: 1, sender: this, remaining: []), at: 10)
        #expect(letter(.stored(repository, number: 1), from: others[1], at: 10.1).released == [repository])
    }

    @Test mutating func eventOfANodeThatCannotStore_IsSentByTheNext() {
        var full = records[1]
        full.standing.canStore = false
        read([full, records[2]], at: 10)
        #expect(feed(orphan(of: 0, age: 1), at: 10).released == [repository])
    }

    /// The receiver was away for hours, and then Redis is for a minute.
    @Test mutating func eventOfANodeThatNobodyMissed_WaitsInAnOutage() {
        read(at: 10)
        feed(.unread("gone"), at: 30)
        #expect(feed(orphan(of: 0, age: 10_000), at: 70).released.isEmpty)
        #expect(feed(orphan(of: 0, age: 10_000), at: 611).released == [repository])
    }

    // MARK: After an outage

    /// The others, if they know of it at all, know it by what they have found themselves.
    @Test mutating func changeOfALongOutage_IsToldWhenItIsOver() throws {
        read(at: 10)
        feed(.unread("gone"), at: 30)
        let change = HeldChange(id: HeldID(1), repository: repository, name: name, content: Self.content(1))
        let lost = feed(.held(change, .incremental, listedAt: Self.at(31)), at: 31).messages
        #expect(lost.count == 1)
        feed(.wake, at: 650)
        let told = read(at: 700).messages
        #expect(told == lost)
        for message in told { feed(.letter(FarmLetter(sender: this, message: message), ours: nil), at: 701) }
        #expect(read(at: 705).messages.isEmpty)
    }

    private func reading(at seconds: Double) -> FarmReading {
        FarmReading(beganAt: Self.at(seconds), members: Array(records[1...]), wasRegistered: true, epoch: 1)
    }

    /// A node that joined later would give the change a number that was given already.
    @Test mutating func change_IsNotToldAgain_BeforeTheCoordinatorKnowsTheNumbers() {
        read(at: 10)
        feed(.unread("gone"), at: 30)
        let change = HeldChange(id: HeldID(1), repository: repository, name: name, content: Self.content(1))
        feed(.held(change, .incremental, listedAt: Self.at(31)), at: 31)
        #expect(feed(.read(reading(at: 40), isReminded: false), at: 43).messages.isEmpty)
        #expect(machine.view(at: Self.at(43)).nodeCount == 3, "and it is seen, and sees")
        #expect(feed(.read(reading(at: 45), isReminded: true), at: 45).messages.count == 1)
    }

    @Test mutating func whatWasAnnouncedMeanwhile_IsPublished_UntilItIsKnown() {
        feed(.unread("gone"), at: 30)
        #expect(machine.owesPublication, "what is delivered is told after it")
        #expect(read(at: 40).publications == 1)
        #expect(read(at: 45).publications == 1, "it may have failed")
        #expect(machine.owesPublication)
        feed(.published, at: 46)
        #expect(!machine.owesPublication)
        #expect(read(at: 50).publications == 0)
    }

    /// Redis came back, and another node has taken the name meanwhile, or the farm another upstream.
    @Test mutating func refusedNode_AnnouncesNothingByItself() {
        read(at: 10)
        feed(.unread("gone"), at: 30)
        _ = hold(1, 1, at: 31)
        feed(.refused(.otherUpstream(of: "n9")), at: 40)
        for seconds in [62, 100, 700, 5000] as [Double] {
            let proposals = feed(.wake, at: seconds).proposals
            #expect(proposals.isEmpty)
        }
        let readAgain = read(at: 6000).proposals
        feed(.published, at: 6001)
        let proposals = read(at: 6006).proposals
        #expect(readAgain.isEmpty && proposals.map(\.isAlone) == [false])
    }

    // MARK: Readiness

    /// Both nodes of two want to withdraw, and neither can hear of the other's wish.
    @Test mutating func node_StaysReady_WhileNobodysWishCanBeRead() {
        var wish = records[0].standing
        wish.wantsToWithdraw = true
        read(at: 10)
        feed(.standing(wish), at: 11)
        #expect(!machine.view(at: Self.at(24)).mayWithdraw)
        read(at: 24)
        #expect(machine.view(at: Self.at(24)).mayWithdraw)
    }
}

extension [FarmEffect] {
    fileprivate var proposals: [Proposal] { compactMap { if case .propose(let proposal) = $0 { proposal } else { nil } } }
    fileprivate var released: [RepositoryID] {
        compactMap { effect in
            switch effect {
            case .release(let id): id
            case .takeOver(let claim): claim.repository
            default: nil
            }
        }
    }
    fileprivate var claims: [Claim] { messages.compactMap { if case .claimed(let claim) = $0 { claim } else { nil } } }
    fileprivate var publications: Int { count { if case .publish = $0 { true } else { false } } }
}
