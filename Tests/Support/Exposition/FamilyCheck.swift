/// The rules that a family as a whole has to keep.
struct FamilyCheck {
    let family: ExpositionFamily
    let dialect: ExpositionDialect
    private(set) var problems: [ExpositionProblem] = []

    static func problems(in family: ExpositionFamily, _ dialect: ExpositionDialect) -> [ExpositionProblem] {
        var check = FamilyCheck(family: family, dialect: dialect)
        check.checkMetadata()
        check.checkUnit()
        for (sample, line) in family.samples { check.checkSample(sample, line) }
        for group in family.groups { check.checkGroup(group) }
        return check.problems
    }

    private init(family: ExpositionFamily, dialect: ExpositionDialect) {
        self.family = family
        self.dialect = dialect
    }

    private mutating func checkMetadata() {
        let keywords = family.metadata.map(\.keyword)
        for keyword in ["HELP", "TYPE"] where !keywords.contains(keyword) {
            report(.metadataComplete, family.line, "\(family.name) has no \(keyword)")
        }
        if let wrong = keywords.first(where: { !dialect.metadataOrder.contains($0) }) {
            report(.syntax, family.line, "this format has no \(wrong)")
        }
        let order = keywords.compactMap(dialect.metadataOrder.firstIndex)
        if order != order.sorted() { report(.metadataOrder, family.line, "the order is \(dialect.metadataOrder)") }
        if let type = family.text("TYPE"), !dialect.types.contains(type) { report(.type, family.line, "no type: \(type)") }
    }

    private mutating func checkUnit() {
        if let unit = family.text("UNIT"), unit.isEmpty || !family.name.hasSuffix("_\(unit)") {
            report(.unit, family.line, "\(family.name) does not end in \(unit)")
        }
    }

    private mutating func checkSample(_ sample: ExpositionSample, _ line: Int) {
        let suffix = String(sample.name.dropFirst(family.name.count))
        let isTotal = sample.name.hasSuffix("_total")
        if !dialect.suffixes(of: family.type).contains(suffix) || isTotal != (family.type == "counter" && suffix != "_created") {
            report(.suffix, line, "\(sample.name) in a family of type \(family.type)")
        }
        checkNumber(sample, suffix, line)
        for name in ["le", "quantile"] {
            if let text = sample.label(name), !ExpositionNumber.isCanonical(text) {
                report(.canonicalNumber, line, "\(name)=\(text) would be another series elsewhere")
            }
        }
    }

    private mutating func checkNumber(_ sample: ExpositionSample, _ suffix: String, _ line: Int) {
        if !ExpositionNumber.isInteger(sample.number), !ExpositionNumber.isCanonical(sample.number) {
            report(.canonicalNumber, line, "\(sample.number) is not the shortest way to say it")
        }
        if ["_bucket", "_count"].contains(suffix), !ExpositionNumber.isInteger(sample.number) {
            report(.integer, line, "\(sample.name) counts, and \(sample.number) is no count")
        }
        let mayFall = family.type == "gauge" || sample.label("quantile") != nil
        if !mayFall, !(sample.value >= 0) { report(.notNegative, line, "\(sample.name) is \(sample.number)") }
        if suffix == "_info", sample.value != 1 { report(.infoIsOne, line, "\(sample.name) is \(sample.number)") }
    }

    mutating func report(_ rule: ExpositionProblem.Rule, _ line: Int, _ what: String) {
        problems.append(ExpositionProblem(rule: rule, line: line, what: what))
    }
}
