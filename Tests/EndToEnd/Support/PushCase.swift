import Testing

/// Something that people do to a repository. Both scripts run with `GIT_DIR` set to it; `main` has one commit, `$other` is
/// another one.
struct PushCase: Sendable, CustomTestStringConvertible {
    let name: String
    var before = ":"
    let push: String

    var testDescription: String { name }
    /// The name of a repository for this case alone.
    var repository: String { "P/" + name.replacing(" ", with: "-") }

    static let all = [
        PushCase(name: "new branch", push: "git branch feature main"),
        PushCase(name: "new commit", push: "git update-ref refs/heads/main $other"),
        PushCase(name: "tag", push: "git tag v1 main"),
        PushCase(name: "annotated tag", push: "git tag -a v1 -m one main"),
        PushCase(name: "tag of a tag", before: "git tag -a v1 -m one main", push: "git tag -a v2 -m two v1"),
        PushCase(name: "tag of a tree", push: "git tag tree main^{tree}"),
        PushCase(
            name: "forced update", before: "git update-ref refs/heads/main $other",
            push: "git update-ref refs/heads/main $(git commit-tree main^{tree} -m rewritten)"),
        PushCase(name: "moved tag", before: "git tag v1 main", push: "git tag -f v1 $other"),
        PushCase(name: "deletion", before: "git branch feature main", push: "git branch -D feature"),
        PushCase(name: "deletion of all", push: "git update-ref -d refs/heads/main"),
        PushCase(
            name: "default branch changed", before: "git branch feature main",
            push: "git symbolic-ref HEAD refs/heads/feature"),
        PushCase(name: "default branch unborn", push: "git symbolic-ref HEAD refs/heads/unborn"),
        PushCase(name: "HEAD detached", push: "git update-ref --no-deref HEAD $other"),
        PushCase(name: "HEAD moved while detached", before: "git update-ref --no-deref HEAD main", push: "git update-ref --no-deref HEAD $other"),
        PushCase(name: "HEAD attached", before: "git update-ref --no-deref HEAD main", push: "git symbolic-ref HEAD refs/heads/main"),
        PushCase(name: "pull requests and notes", push: "git update-ref refs/pull/7/head $other; git notes add -m note main"),
        PushCase(name: "file becomes directory", before: "git branch a main", push: "git branch -D a; git branch a/b main"),
        PushCase(name: "directory becomes file", before: "git branch a/b main", push: "git branch -D a/b; git branch a main"),
        PushCase(
            name: "directory becomes file, packed", before: "git branch a/b main; git branch a/c/d main; git pack-refs --all",
            push: "git branch -D a/b a/c/d; git branch a $other; git update-ref refs/heads/main $other"),
        PushCase(
            name: "normal forms", before: "git branch \"$(printf 'caf\\303\\251')\" main",
            push: "git branch \"$(printf 'cafe\\314\\201')\" $other"),
        PushCase(
            name: "one normal form deleted",
            before: "git branch \"$(printf 'caf\\303\\251')\" main; git branch \"$(printf 'cafe\\314\\201')\" $other",
            push: "git branch -D \"$(printf 'caf\\303\\251')\""),
        PushCase(name: "case twins", before: "git branch Case main", push: "git branch case $other"),
        PushCase(name: "not UTF-8", push: "git branch \"$(printf 'latin\\351')\" main"),
        PushCase(name: "symbolic branch", push: "git symbolic-ref refs/heads/alias refs/heads/main"),
        PushCase(name: "symbolic branch to nowhere", push: "git symbolic-ref refs/heads/alias refs/heads/gone; git branch feature main"),
        PushCase(name: "quotes and dollars", push: "git branch \"it's-\\\"\\$HOME\\\"-;rm\" main; git branch -- @ main; git branch %41 main"),
        PushCase(
            name: "several at once", before: "git branch a main; git branch b main; git tag old main",
            push: "git branch -D a; git branch -f b $other; git tag -d old; git tag new $other; git symbolic-ref HEAD refs/heads/b"),
        PushCase(name: "300 branches", push: "for n in $(seq 300); do echo create refs/heads/b/$n $other; done | git update-ref --stdin"),
    ]
}

extension Scene {
    /// The commit that the scripts call `$other`; it is made where it is not there yet.
    private static let preamble = "other=$(git commit-tree -p main main^{tree} -m other);"

    func prepare(_ push: PushCase) throws { try run(push, push.before) }

    func make(_ push: PushCase) throws { try run(push, push.push) }

    private func run(_ push: PushCase, _ text: String) throws {
        // The same object each time: the date is part of a commit.
        let date = ["GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_DATE": "1700000000 +0000"]
        try script(Self.preamble + text, in: push.repository, environment: date)
    }
}
