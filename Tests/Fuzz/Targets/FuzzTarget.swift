/// A reader of what others write, and what it promises of every input: more than that it does not trap.
///
/// `scripts/fuzz` runs it on inputs that libFuzzer thinks of, `CorpusTests` on those that were kept. It must depend on nothing but its
/// input, or what is found once is not found again.
protocol FuzzTarget: Sendable {
    /// Of the corpus, of the dictionary, and on the command line.
    var name: String { get }
    /// Bytes. Longer inputs find nothing that shorter ones do not, and take longer.
    var maximumLength: Int { get }

    func run(_ input: [UInt8]) throws(BrokenPromise)
}

/// What a reader did that it should not have done.
struct BrokenPromise: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// - Parameter what: what is promised; told when it is not so.
func promise(_ isKept: Bool, _ what: @autoclosure () -> String) throws(BrokenPromise) {
    guard isKept else { throw BrokenPromise(what()) }
}

/// Of bytes, as a promise is told: readable and all there.
func shown(_ bytes: some Sequence<UInt8>) -> String {
    "\"" + bytes.map { String(UnicodeScalar($0).escaped(asASCII: true)) }.joined() + "\""
}
