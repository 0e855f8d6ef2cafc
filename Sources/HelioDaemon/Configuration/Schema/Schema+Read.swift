extension Schema {
    /// Reads a mapping into `root`. What is wrong is collected and the rest is read on.
    func read(_ node: YAMLNode, into root: inout Root, _ reading: inout Reading) {
        var pass = Pass(prefix: reading.key.isEmpty ? "" : reading.key + ".", root: root)
        section("", node, &pass, &reading)
        resolveFlatNames(&pass, &reading)
        root = pass.root
        guard case .mapping = node.content else { return }
        for key in keys where key.isRequired && reading.places[pass.prefix + key.name] == nil {
            reading.complain("is missing; expected \(key.expectation)", at: node.place, key: pass.prefix + key.name)
        }
    }

    /// One reading of one mapping.
    private struct Pass {
        /// Of every full name: empty, or that of the record with a dot.
        let prefix: String
        var root: Root
        /// Values given by flat names, which must agree with the nested ones wherever those stand.
        var flat: [(key: Key<Root>, value: Root, place: Place, written: String)] = []
    }

    private func section(_ name: String, _ node: YAMLNode, _ pass: inout Pass, _ reading: inout Reading) {
        guard !node.isNull else { return }
        guard case .mapping(let pairs) = node.content else {
            let full = name.isEmpty ? reading.key : pass.prefix + name
            return reading.complain(
                "expected a section with \(alternatives(names(in: name))), found \(node.kindName)", at: node.place, key: full)
        }
        var seen: [String: Place] = [:]
        for (keyNode, value) in pairs {
            guard case .scalar(let word, _) = keyNode.content else {
                reading.complain(
                    "expected the name of a key, found \(keyNode.kindName)", at: keyNode.place, key: pass.prefix + name)
                continue
            }
            if let first = seen.updateValue(keyNode.place, forKey: word), case .file(let line, _) = first {
                reading.complain(
                    "stands twice; the first is on line \(line)", at: keyNode.place,
                    key: pass.prefix + join(name, escaped(word)))
                continue
            }
            entry(word, in: name, keyNode.place, value, &pass, &reading)
        }
    }

    private func entry(
        _ word: String, in section: String, _ place: Place, _ value: YAMLNode, _ pass: inout Pass, _ reading: inout Reading
    ) {
        let name = join(section, word)
        let full = pass.prefix + name
        if word.contains(".") {
            guard section.isEmpty, let target = flatNames[word], let key = byName[target] else {
                return unknown(word, in: section, place, pass.prefix, &reading)
            }
            var scratch = pass.root
            reading.within(word) { key.read(value, &$0, &scratch) }
            pass.flat.append((key, scratch, place, word))
        } else if let key = byName[name] {
            reading.note(place, of: full)
            reading.within(full) { key.read(value, &$0, &pass.root) }
        } else if sections.contains(name) {
            reading.note(place, of: full)
            self.section(name, value, &pass, &reading)
        } else {
            unknown(word, in: section, place, pass.prefix, &reading)
        }
    }

    private func resolveFlatNames(_ pass: inout Pass, _ reading: inout Reading) {
        for (key, value, place, written) in pass.flat {
            if reading.places[key.name] != nil, !key.isEqual(value, pass.root) {
                reading.complain("differs from \(key.name); keep one of the two", at: place, key: written)
            } else {
                reading.note(place, of: key.name)
                key.copy(value, &pass.root)
            }
        }
    }

    private func unknown(_ word: String, in section: String, _ place: Place, _ prefix: String, _ reading: inout Reading) {
        guard !reading.isFull else { return reading.complain("", at: place) }
        reading.complain(
            "unknown key" + hint(for: word, in: section), at: place, key: prefix + join(section, escaped(word)))
    }

    /// First a neighbour that is spelt alike, then the same word elsewhere in the file.
    private func hint(for word: String, in section: String) -> String {
        if section.isEmpty, word.contains("."), let key = Suggestion.nearest(to: word, among: Array(byName.keys)) {
            let parts = key.split(separator: ".")
            return "; write \(parts[parts.count - 1]) below \(parts.dropLast().joined(separator: "."))"
        }
        let near = Suggestion.sentence(for: word, among: names(in: section))
        if !near.isEmpty { return near }
        let last = String(word.split(separator: ".").last ?? "")
        let elsewhere = byName.keys.filter { $0.split(separator: ".").last.map(String.init) == last }.sorted()
        if !elsewhere.isEmpty { return "; did you mean \(alternatives(elsewhere))?" }
        return "; expected \(alternatives(names(in: section)))"
    }

    private func join(_ section: String, _ word: String) -> String { section.isEmpty ? word : section + "." + word }

    private func escaped(_ word: String) -> String { String(quoted(word).dropFirst().dropLast()) }
}
