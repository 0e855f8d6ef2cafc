extension Kind {
    /// A list of values, each at most once.
    static func list<Element>(of element: Kind<Element>, maximum: Int) -> Kind where Value == [Element], Element: Hashable {
        Kind(expectation: "a list of \(element.expectation)", isScalar: false) { node, reading in
            guard let items = items(of: node, maximum, &reading) else { return nil }
            var values: [Element] = []
            for (index, item) in items.enumerated() {
                let value = reading.within("\(reading.key)[\(index)]") { element.read(item, &$0) }
                guard let value else { continue }
                if values.contains(value) { reading.complain("stands twice", at: item.place, key: "\(reading.key)[\(index)]") }
                values.append(value)
            }
            return values
        }
    }

    /// A list of records, made of `Draft` by `make` and told apart by what `identity` returns.
    static func records<Element, Draft: Sendable, ID: Hashable & Sendable>(
        _ schema: Schema<Draft>, startingWith draft: Draft, maximum: Int,
        identity: @escaping @Sendable (Element) -> ID, make: @escaping @Sendable (Draft) throws(Wrong) -> Element
    ) -> Kind where Value == [Element] {
        let expectation = "a list of { " + schema.keys.map(\.name).joined(separator: ", ") + " }"
        return Kind(expectation: expectation, isScalar: false) { node, reading in
            guard let items = items(of: node, maximum, &reading) else { return nil }
            var seen: Set<ID> = []
            return items.enumerated().compactMap { index, item in
                reading.within("\(reading.key)[\(index)]") { reading -> Element? in
                    guard let record = record(schema, draft, item, &reading, make) else { return nil }
                    if !seen.insert(identity(record)).inserted { reading.complain("stands twice", at: item.place) }
                    return record
                }
            }
        }
    }

    /// Names with a record each: `name: { … }`.
    static func table<Element, Draft: Sendable>(
        _ schema: Schema<Draft>, startingWith draft: Draft, maximum: Int,
        make: @escaping @Sendable (String, Draft) throws(Wrong) -> Element
    ) -> Kind where Value == [Element] {
        let expectation = "names with { " + schema.keys.map(\.name).joined(separator: ", ") + " } each"
        return Kind(expectation: expectation, isScalar: false) { node, reading in
            guard case .mapping(let pairs) = node.content, pairs.count <= maximum else {
                reading.complain("expected \(expectation), at most \(maximum)", at: node.place)
                return nil
            }
            var seen: Set<String> = []
            return pairs.compactMap { nameNode, item -> Element? in
                guard let name = Kind<String>.text.read(nameNode, &reading) else { return nil }
                return reading.within("\(reading.key).\(name)") { reading in
                    if !seen.insert(name).inserted { reading.complain("stands twice", at: nameNode.place) }
                    return record(schema, draft, item, &reading) { draft throws(Wrong) in try make(name, draft) }
                }
            }
        }
    }

    private static func items(of node: YAMLNode, _ maximum: Int, _ reading: inout Reading) -> [YAMLNode]? {
        guard case .sequence(let items) = node.content else {
            reading.complain("expected a list, found \(node.kindName)", at: node.place)
            return nil
        }
        guard items.count <= maximum else {
            reading.complain("holds \(items.count) entries; at most \(maximum) are accepted", at: node.place)
            return nil
        }
        return items
    }

    /// - Returns: nil when anything in the record was wrong.
    private static func record<Element, Draft>(
        _ schema: Schema<Draft>, _ draft: Draft, _ node: YAMLNode, _ reading: inout Reading,
        _ make: (Draft) throws(Wrong) -> Element
    ) -> Element? {
        var draft = draft
        let before = reading.problems.count + reading.unkept
        schema.read(node, into: &draft, &reading)
        guard reading.problems.count + reading.unkept == before else { return nil }
        do throws(Wrong) {
            return try make(draft)
        } catch {
            reading.complain(error.message, at: node.place)
            return nil
        }
    }
}
