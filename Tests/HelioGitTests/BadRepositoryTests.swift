import Foundation
import Glibc
@testable import HelioGit
import HelioNode
import Testing

/// Upstream repositories as the world has them.
@Suite struct BadRepositoryTests {
    private func failure(_ body: () async throws -> Void) async -> Failure? {
        do { try await body() } catch { return error as? Failure }
        return nil
    }

    @Test func anotherUsersUpstream_IsMirrored() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("chown -R 12345:12345 up/P/r.git")
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
        #expect(try farm.sh("ls data/git/upstream | wc -l").trimmed == "0")
    }

    @Test func anotherUsersUpstreamOfSHA256_IsMirrored() async throws {
        let farm = try Farm()
        try farm.make("P/r", format: "sha256")
        try farm.sh("chown -R 12345:12345 up/P/r.git")
        guard case .change(let change, _) = try await farm.sync("P/r") else { return #expect(Bool(false)) }
        #expect(change.new.format == .sha256)
        #expect(try await farm.isMirrored("P/r"))
        try farm.sh("chown -R 0:0 up && cd work/P/r && echo 2 > file && git commit -qam 2 && git push -q origin HEAD:main")
        try farm.sh("chown -R 12345:12345 up/P/r.git")
        guard case .change(let next, nil) = try await farm.sync("P/r") else { return #expect(Bool(false)) }
        #expect(next.kind == .incremental)
        #expect(try await farm.isMirrored("P/r"))
        #expect(try await farm.copies.condition(of: next.name) == .good(next.new))
    }

    @Test func emptyRepositoryOfSHA256_HasItsFormat() async throws {
        let farm = try Farm()
        try farm.sh("git init -q --bare --object-format=sha256 up/P/r.git")
        guard case .change(let change, _) = try await farm.sync("P/r") else { return #expect(Bool(false)) }
        #expect(change.new == RefSnapshot(format: .sha256, refs: [], head: .symbolic(.main)))
        #expect(try farm.sh("git --git-dir=data/repositories/P/r.git rev-parse --show-object-format").trimmed == "sha256")
    }

    @Test func zeroPaddedModes_AreAccepted() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("""
            cd up/P/r.git && b=$(echo x | git hash-object -w --stdin)
            t=$(printf '0100644 f\\0%b' "$(echo $b | sed 's/../\\\\x&/g')" > tree; git hash-object -t tree -w --literally tree)
            git update-ref refs/heads/old $(git commit-tree -m old $t) && rm tree
            """.replacingOccurrences(of: "printf '0100644", with: "/usr/bin/printf '0100644"))
        #expect(try farm.sh("git --git-dir=up/P/r.git fsck --strict 2>&1 || true").contains("zeroPaddedFilemode"))
        try await farm.sync("P/r")
        #expect(try farm.formula("data/repositories/P/r.git") == farm.formula("up/P/r.git"))
    }

    @Test func dotGitInATree_IsRefused() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("""
            cd up/P/r.git && t=$(git mktree < /dev/null) && printf '040000 tree %s\\t.git\\n' $t > in
            e=$(/usr/bin/printf '40000 .git\\0%b' "$(echo $t | sed 's/../\\\\x&/g')" > tree; git hash-object -t tree -w --literally tree)
            git update-ref refs/heads/evil $(git commit-tree -m evil $e)
            """)
        let failure = await failure { try await farm.sync("P/r") }
        #expect(failure?.reason == .rejected)
        #expect(try await farm.copies.snapshot(of: try RepositoryName("P/r")) == nil)
        #expect(try farm.sh("ls data/staging | wc -l").trimmed == "0")
    }

    @Test func missingPath_IsNotFound() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        let repository = try await farm.repository("P/r")
        try farm.sh("rm -rf up/P/r.git")
        #expect(await failure { _ = try await farm.upstream.refs(of: repository) }?.reason == .notFound)
        #expect(try await farm.upstream.find(repository.name) == nil)
        try farm.sh("rm -rf up")
        #expect(await failure { _ = try await farm.upstream.list() }?.reason == .notFound)
        #expect(await failure { _ = try await farm.upstream.find(repository.name) }?.reason == .notFound)
    }

    @Test func upstreamThatVanishesBetweenLearningAndFetching_IsNotFound() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        let repository = try await farm.repository("P/r")
        // Gone already the second time.
        let vanishing = Interposed(farm.upstream) { _ in _ = try? farm.sh("rm -rf up/P/r.git") }
        let failure = await failure { _ = try await farm.copies.prepare(repository, upstream: vanishing, lastKnownHead: nil) }
        #expect(failure?.reason == .notFound)
    }

    @Test(arguments: ["mv up away", "mv up away && mkdir up"])
    func upstreamThatIsAway_IsNoRepositorysFault(_ unmount: String) async throws {
        let farm = try Farm()
        try farm.make("P/r")
        let repository = try await farm.repository("P/r")
        // Between learning and fetching, too.
        let vanishing = Interposed(farm.upstream) { _ in _ = try? farm.sh(unmount) }
        let fetching = await failure { _ = try await farm.copies.prepare(repository, upstream: vanishing, lastKnownHead: nil) }
        let learning = await failure { _ = try await farm.upstream.refs(of: repository) }
        #expect(fetching?.reason == .connection && fetching?.message.contains("the upstream's directory") == true)
        #expect(learning?.reason == .connection && learning?.message.contains("the upstream's directory") == true)
    }

    /// libgit2 cannot read SHA-256, so git is asked: what it says of a copy is the copy's, that there is no git is not.
    @Test func copyThatNobodyCanLookAt_IsNotCorrupt() async throws {
        let (well, ill) = (try Farm(), try Farm { $0.program = "/nowhere/git" })
        for farm in [well, ill] {
            try farm.sh("git init -q --bare --object-format=sha256 data/repositories/P/r.git")
        }
        let name = try RepositoryName("P/r")
        #expect(try await well.copies.snapshot(of: name)?.format == .sha256)
        #expect(await failure { _ = try await ill.copies.snapshot(of: name) }?.reason == .internal)
        try well.sh("echo '[core' > data/repositories/P/r.git/config")
        #expect(await failure { _ = try await well.copies.snapshot(of: name) }?.reason == .corrupt)
    }

    @Test func rootThatIsNoDirectory_FailsTheWholeListing() async throws {
        let farm = try Farm()
        try farm.sh("rm -rf up && touch up")
        #expect(await failure { _ = try await farm.upstream.list() }?.reason == .notFound)
    }

    @Test func directoryThatWeAreNotLetInto_IsRejectedAndWhatLiesBelowIsUnseen() async throws {
        let farm = try Farm()
        for name in ["P/r", "A/closed/x", "A/open/x", "names/y"] { try farm.make(name) }
        try farm.sh("""
            mkdir up/lost+found && chmod 700 up/lost+found up/A/closed && chmod 744 up/names && chmod 755 . && ln -s ../A/closed/x.git up/P/link.git
            ln -s nowhere up/P/dangling.git && ln -s A/closed/x.git up/top.git
            """)
        let root = farm.upstreamRoot
        // As root every mode lets us in, so one thread looks as somebody else (setfsuid(2)).
        let walk = try await Task.detached { () throws(Failure) in try asNobody { () throws(Failure) in try DirectoryWalk.walk(root) } }.value
        #expect(walk.repositories.map { "\($0.name)" } == ["A/open/x", "P/r"])
        #expect(walk.unseen.map { "\($0)" }.sorted() == ["A/closed/", "P/dangling", "P/link", "ROOT/top", "lost+found/", "names/"])
        #expect(walk.rejected.map(\.path).sorted() == ["A/closed", "P/dangling", "P/link", "lost+found", "names", "top"])
        try farm.sh("chmod 700 up")
        let closed = await failure {
            _ = try await Task.detached { () throws(Failure) in try asNobody { () throws(Failure) in try DirectoryWalk.walk(root) } }.value
        }
        #expect(closed?.reason == .auth)
        try farm.sh("chmod 755 up")
    }

    @Test func copyThatCannotBeLookedAt_HoldsUpNoOther() async throws {
        let farm = try Farm()
        for name in ["P/a", "P/b", "Q/c"] {
            try farm.make(name)
            try await farm.sync(name)
        }
        try farm.sh("""
            touch data/repositories/P/b.git/HEAD.lock && mkdir data/repositories/P/a.git/refs/heads/x && chmod -R a+rwX .
            chmod 700 data/repositories/P/a.git/refs/heads/x data/repositories/Q
            """)
        let sweep = Sweep(git: farm.git)
        let unswept = try await Task.detached { () throws(Failure) in try asNobody { () throws(Failure) in try sweep.all() } }.value
        #expect(unswept.map { $0.path.split(separator: "/").suffix(2).joined(separator: "/") }.sorted() == ["P/a.git", "repositories/Q"])
        #expect(unswept.allSatisfy { $0.failure.reason == .auth })
        #expect(try farm.sh("find data/repositories -name HEAD.lock").isEmpty)
    }

    /// The old copy of an exchange may hold what cannot be removed.
    @Test func leftoverInStaging_HoldsUpNoStart() async throws {
        let farm = try Farm()
        try farm.sh("""
            mkdir -p data/staging/a.git/objects/aa data/staging/b.git && touch data/staging/a.git/objects/aa/o && chmod -R a+rwX .
            chmod 555 data/staging/a.git/objects/aa
            """)
        let sweep = Sweep(git: farm.git)
        let unswept = try await Task.detached { () throws(Failure) in try asNobody { () throws(Failure) in try sweep.all() } }.value
        #expect(unswept.map { $0.path.split(separator: "/").suffix(2).joined(separator: "/") } == ["staging/a.git"])
        #expect(try farm.sh("ls data/staging").split(separator: "\n") == ["a.git"])
    }

    @Test func emptiedUpstreamRepository_IsCorruptAndLeavesTheCopy() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        let before = try farm.formula(farm.copy("P/r"))
        try farm.sh("rm -rf up/P/r.git/*")
        let listed = try #require(try await farm.upstream.list().repositories.first)
        #expect(listed.failure?.reason == .corrupt && listed.content == nil)
        #expect(await failure { try await farm.sync("P/r") }?.reason == .corrupt)
        #expect(try farm.formula(farm.copy("P/r")) == before)
    }

    @Test func listing_GoesOn_WhenOneRepositoryIsCorrupt() async throws {
        let farm = try Farm()
        for name in ["P/a", "P/b", "P/c"] { try farm.make(name) }
        try farm.sh("echo garbage > up/P/b.git/HEAD")
        let listing = try await farm.upstream.list()
        #expect(listing.repositories.map { $0.failure?.reason } == [nil, .corrupt, nil])
    }

    @Test func corruptObject_IsCorrupt() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("cd up/P/r.git && rm -f $(git rev-parse main^{tree} | sed 's,^..,objects/&/,')")
        #expect(await failure { try await farm.sync("P/r") }?.reason == .corrupt)
    }

    /// Nothing was learnt of the copy, which may be as good as ever.
    @Test(arguments: [": > refs/heads/main", "echo garbage > HEAD", "echo 1234567890123456789012345678901234567890 > refs/heads/lost"])
    func corruptUpstream_SaysNothingOfTheCopy(_ damage: String) async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        let repository = try await farm.repository("P/r")
        try farm.sh("cd up/P/r.git && \(damage)")
        let failure = await failure { _ = try await farm.copies.prepare(repository, upstream: farm.upstream, lastKnownHead: nil) }
        #expect(failure?.reason == .corrupt && failure?.isOfUpstream == true, "\(failure?.message ?? "")")
    }

    @Test func refToAMissingObject_IsCorrupt() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("echo 1234567890123456789012345678901234567890 > up/P/r.git/refs/heads/lost")
        #expect(await failure { try await farm.sync("P/r") }?.reason == .corrupt)
    }

    @Test func emptyRepository_IsMirroredWithItsHead() async throws {
        let farm = try Farm()
        try farm.sh("git init -q --bare up/P/r.git && git --git-dir=up/P/r.git symbolic-ref HEAD refs/heads/trunk")
        guard case .change(let change, _) = try await farm.sync("P/r") else { return #expect(Bool(false)) }
        #expect(change.new == RefSnapshot(format: .sha1, refs: [], head: .symbolic("refs/heads/trunk")))
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func repositoryWithoutHead_IsCorrupt() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("rm up/P/r.git/HEAD")
        #expect(try await farm.upstream.list().repositories.first?.failure?.reason == .corrupt)
    }

    @Test func detachedHead_IsMirrored() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("cd work/P/r && echo 2 > file && git commit -qam 2 && git push -q origin HEAD:side && cd ../../../up/P/r.git && git update-ref --no-deref HEAD side")
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
        try farm.sh("cd up/P/r.git && git update-ref -d refs/heads/side && git symbolic-ref HEAD refs/heads/main")
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
    }

    /// As core.preferSymlinkRefs makes it; of a branch, and of one that is not born.
    @Test(arguments: ["sha1", "sha256"], ["main", "unborn"])
    func headThatIsALink_IsSymbolic(_ format: String, _ branch: String) async throws {
        let farm = try Farm()
        try farm.make("P/r", format: format)
        try farm.sh("cd up/P/r.git && rm HEAD && ln -s refs/heads/\(branch) HEAD")
        let listed = try #require(try await farm.upstream.list().repositories.first)
        #expect(try listed.content?.description == farm.formula("up/P/r.git"))
        guard case .change(let change, _) = try await farm.sync("P/r") else { return #expect(Bool(false)) }
        #expect(change.new.head == .symbolic(RefName(ByteString("refs/heads/\(branch)"))))
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func hundredThousandRefs_AreMirrored() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("""
            cd up/P/r.git && c=$(git rev-parse main)
            { echo '# pack-refs with: sorted '; seq -f "$c refs/tags/t%06.0f" 1 100000; } > packed-refs
            """)
        try await farm.sync("P/r")
        #expect(try farm.formula("up/P/r.git") == farm.formula(farm.copy("P/r")))
        try farm.sh("cd up/P/r.git && c=$(git rev-parse main) && sed -i 1,50000d packed-refs && sed -i '1i # pack-refs with: sorted ' packed-refs")
        guard case .change(let change, nil) = try await farm.sync("P/r") else { return #expect(Bool(false)) }
        #expect(change.old?.refs.count == 100_001 && change.kind == .incremental)
        #expect(try farm.formula("up/P/r.git") == farm.formula(farm.copy("P/r")))
    }

    @Test func shallowUpstream_IsRejectedAndLeavesTheCopyWhole() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("cd work/P/r && for i in 1 2 3; do echo $i > file; git commit -qam $i; done; git push -q origin HEAD:main")
        try await farm.sync("P/r")
        try farm.sh("""
            cd work/P/r && for i in 4 5 6; do echo $i > file; git commit -qam $i; done; git push -q origin HEAD:main; cd ../../..
            mv up/P/r.git full.git && git clone -q --bare --depth 1 "file://$PWD/full.git" up/P/r.git
            """)
        #expect(await failure { try await farm.sync("P/r") }?.reason == .rejected)
        #expect(await failure { try await farm.sync("P/r", rebuild: true) }?.reason == .rejected)
        #expect(try farm.sh("ls data/repositories/P/r.git/shallow 2>/dev/null || true").isEmpty)
        try farm.sh("git --git-dir=data/repositories/P/r.git fsck --full --strict")
        try farm.sh("rm -rf up/P/r.git && mv full.git up/P/r.git")
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
    }

    @Test func reftable_IsRejected() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("git --git-dir=up/P/r.git config core.repositoryformatversion 1; git --git-dir=up/P/r.git config extensions.refStorage reftable")
        #expect(try await farm.upstream.list().repositories.first?.failure?.reason == .rejected)
    }

    @Test func alternates_AreTakenInAsObjects() async throws {
        let farm = try Farm()
        try farm.make("P/base")
        try farm.sh("git clone -q --bare --shared up/P/base.git up/P/r.git; test -s up/P/r.git/objects/info/alternates")
        try await farm.sync("P/r")
        try farm.sh("rm -rf up/P/base.git; test ! -e data/repositories/P/r.git/objects/info/alternates; git --git-dir=data/repositories/P/r.git fsck --full")
    }

    @Test func namesOnDiskThatGitHides_AreNotHashed() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("""
            cd up/P/r.git/refs/heads && for n in 'a b' 'a..b' 'x.lock' '.hidden' 'til~de' 'tail.' 'a:b' "$(printf 'new\\nline')" '@{x'; do cp main "$n"; done
            printf 'ref: refs/heads/nowhere\\n' > dangling; printf 'ref: refs/heads/main\\n' > alias
            """)
        let listed = try #require(try await farm.upstream.list().repositories.first)
        #expect(try listed.content?.description == farm.formula("up/P/r.git"))
        try await farm.sync("P/r")
        #expect(try await farm.isMirrored("P/r"))
        #expect(try farm.sh("git --git-dir=data/repositories/P/r.git for-each-ref | wc -l").trimmed == "2")
    }

    @Test func refsThatKeepMoving_AreLearntAgain() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try farm.sh("cd work/P/r && git checkout -q --orphan gone && git commit -qm gone && git push -q origin HEAD:gone")
        let repository = try await farm.repository("P/r")
        let moving = Interposed(farm.upstream) { count in
            // After the first learning the branch goes, and with it its only object.
            if count == 1 { _ = try? farm.sh("cd up/P/r.git && git update-ref -d refs/heads/gone && git prune --expire=now") }
        }
        guard case .change(let change, let staged?) = try await farm.copies.prepare(repository, upstream: moving, lastKnownHead: nil)
        else { return #expect(Bool(false)) }
        try await farm.copies.apply(change, staged: staged)
        #expect(try await farm.isMirrored("P/r"))
        #expect(try farm.sh("ls data/staging | wc -l").trimmed == "0")
    }

    @Test func corruptLocalCopy_IsBuiltAnew() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        let name = try RepositoryName("P/r")
        try farm.sh("echo garbage > data/repositories/P/r.git/packed-refs")
        #expect(await failure { _ = try await farm.copies.snapshot(of: name) }?.reason == .corrupt)
        guard case .damaged = try await farm.copies.condition(of: name) else { return #expect(Bool(false)) }
        guard case .change(let change, _?) = try await farm.sync("P/r") else { return #expect(Bool(false)) }
        #expect(change.kind == .snapshot)
        #expect(try await farm.isMirrored("P/r"))
        try farm.sh("rm -f data/repositories/P/r.git/objects/pack/*")
        guard case .damaged = try await farm.copies.condition(of: name) else { return #expect(Bool(false)) }
    }

    /// The refs can be read, and nobody notices before the next fetch needs an object of it.
    /// An index of three objects has their offsets from 1104 on.
    @Test(arguments: [("pack", "seek=12 count=150"), ("pack", "seek=12 count=4"), ("idx", "seek=1104 count=12")])
    func damagedPack_IsBuiltAnew_AtTheNextChange(kind: String, place: String) async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        try farm.sh("""
            tr '\\0' '\\177' < /dev/zero |
                dd of=$(echo data/repositories/P/r.git/objects/pack/*.\(kind)) bs=1 conv=notrunc status=none \(place)
            """)
        try farm.sh("cd work/P/r && echo more > file && git commit -qam more && git push -q origin HEAD:main")
        guard case .change(let change, _?) = try await farm.sync("P/r") else { return #expect(Bool(false)) }
        #expect(change.kind == .snapshot)
        #expect(try await farm.isMirrored("P/r"))
    }

    /// Were a new copy begun, that would fail with something else.
    @Test func objectThatTheUpstreamLacks_LeavesTheCopyAsItIs() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        let repository = try await farm.repository("P/r")
        try farm.sh("cd work/P/r && echo more > file && git commit -qam more && git push -q origin HEAD:main")
        try farm.sh("cd up/P/r.git && id=$(git rev-parse main:file) && rm -f objects/$(echo $id | sed 's|^..|&/|')")
        try farm.sh("rmdir data/staging && touch data/staging")
        let failure = await failure { _ = try await farm.copies.prepare(repository, upstream: farm.upstream, lastKnownHead: nil) }
        #expect(failure?.reason == .corrupt && failure?.isOfUpstream == true, "\(failure?.message ?? "")")
    }

    /// upload-pack sends what its disk gives it, and says nothing.
    @Test func damagedPackOfTheUpstream_LeavesTheCopyAsItIs() async throws {
        let farm = try Farm()
        try farm.make("P/r")
        try await farm.sync("P/r")
        let repository = try await farm.repository("P/r")
        try farm.sh("cd up/P/r.git && git repack -adq")
        try farm.sh("cd work/P/r && head -c 4000 /dev/urandom > file && git add file && git commit -qm more && git push -q origin HEAD:main")
        try farm.sh("cd up/P/r.git && git repack -dq && pack=$(ls -t objects/pack/*.pack | head -1) && chmod u+w $pack && "
            + "printf 'xxxx' | dd of=$pack bs=1 seek=$(($(stat -c %s $pack) / 2)) conv=notrunc status=none")
        try farm.sh("rmdir data/staging && touch data/staging")
        let failure = await failure { _ = try await farm.copies.prepare(repository, upstream: farm.upstream, lastKnownHead: nil) }
        #expect(failure?.reason == .corrupt && failure?.isOfUpstream == true, "\(failure?.message ?? "")")
    }
}

/// Does something to the upstream after its refs have been learnt.
struct Interposed: Upstream {
    private let upstream: DirectoryUpstream
    private let after: @Sendable (Int) -> Void
    private let count = Counter()

    init(_ upstream: DirectoryUpstream, after: @escaping @Sendable (Int) -> Void) {
        self.upstream = upstream
        self.after = after
    }

    var fingerprint: String { upstream.fingerprint }
    func list() async throws(Failure) -> Listing { try await upstream.list() }
    func find(_ name: RepositoryName) async throws(Failure) -> ListedRepository? { try await upstream.find(name) }
    func source(of repository: Repository) async throws(Failure) -> FetchSource { try await upstream.source(of: repository) }

    func refs(of repository: Repository) async throws(Failure) -> UpstreamRefs {
        let refs = try await upstream.refs(of: repository)
        after(await count.next())
        return refs
    }

    private actor Counter {
        private var value = 0
        func next() -> Int { value += 1; return value }
    }
}
