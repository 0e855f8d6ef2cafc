@testable import HelioAPI
import HelioJSON
@testable import HelioMetrics

/// Jolokia's paths and bodies: one question has one meaning, whichever way it is asked, and every answer is JSON.
struct JolokiaTarget: FuzzTarget {
    let name = "jolokia"
    let maximumLength = 512

    private static let identity = NodeIdentity(
        name: "n", version: "1", id: "i", boot: "b", address: .init(host: "127.0.0.1", port: 1), upstream: .init(url: "u", fingerprint: "00"))

    private static let beans: [MBean] = ["d:type=T,name=a", "d:type=T,name=\"q\\*\"", "e:k=v"].map { text in
        do throws(ObjectNameError) {
            return MBean(
                name: try ObjectName(text), alias: "d:mirror.\(text.utf8.count)", className: "C", description: "",
                attributes: [MBean.Attribute("Count", "long"), MBean.Attribute("Mean", "double")], read: { _ in [.integer(1), .real(0.5)] })
        } catch {
            preconditionFailure("\(text) is an object name")
        }
    }

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let text = String(decoding: input, as: UTF8.self)
        try Self.checkPath(text)
        try Self.checkName(text)
        let arguments = JolokiaArguments(path: text)
        try Self.checkAskedByBody(arguments)
        let round = JolokiaRound(readings: MBeanReadings(Self.beans, at: Tick(nanoseconds: 1)), identity: Self.identity, timestamp: 1)
        var writer = JSONWriter()
        round.answer(.success(arguments), in: &writer)
        try Self.checkAnswer(writer.bytes)
        guard let tree = Self.tree(input, depth: JolokiaAgent.depthLimit) else { return }
        var answers = JSONWriter()
        do throws(JolokiaFailure) { try round.answer(tree, in: &answers) } catch { return }
        try Self.checkAnswer(answers.bytes)
    }

    /// Parts of any text come back from the path that they are joined to; but for an empty last one, which no path can end in.
    private static func checkPath(_ text: String) throws(BrokenPromise) {
        for parts in [JolokiaPath.split(text), text.unicodeScalars.split(separator: "\n").map { String($0) }] where parts.last?.isEmpty == false {
            let joined = JolokiaPath.join(parts)
            let again = JolokiaPath.split(joined)
            let isSame = again.count == parts.count && zip(again, parts).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
            try promise(isSame, "\(parts) is joined to \(shown(joined.utf8)) and split into \(again)")
        }
    }

    private static func checkName(_ text: String) throws(BrokenPromise) {
        guard let name = name(text) else { return }
        try promise(name.isPattern || name.fits(name), "\(name.canonical) does not fit itself")
        let again = self.name(name.canonical)
        try promise(again == name && again?.canonical == name.canonical, "\(name.canonical) is another name when it is read again")
    }

    private static func name(_ text: String) -> ObjectName? {
        do throws(ObjectNameError) { return try ObjectName(text) } catch { return nil }
    }

    /// What a path asks can be asked by a body, and is the same question.
    private static func checkAskedByBody(_ arguments: JolokiaArguments) throws(BrokenPromise) {
        guard arguments.path.last?.isEmpty != true, !arguments.attributes.contains("") else { return }
        var fields: [String: JSONTree] = ["type": .string(Array(arguments.type.utf8)), "path": .string(Array(JolokiaPath.join(arguments.path).utf8))]
        fields["mbean"] = arguments.mbean.map { .string(Array($0.utf8)) }
        if !arguments.attributes.isEmpty { fields["attribute"] = .string(Array(arguments.attributes.joined(separator: ",").utf8)) }
        let tree = JSONTree.object(Dictionary(uniqueKeysWithValues: fields.map { (Array($0.key.utf8), $0.value) }))
        let asked: JolokiaArguments
        do throws(JolokiaFailure) { asked = try JolokiaArguments(tree) } catch { throw BrokenPromise("\(arguments) cannot be asked by a body: \(error.message)") }
        try promise(asked == arguments, "by path \(arguments), by body \(asked)")
    }

    private static func checkAnswer(_ bytes: [UInt8]) throws(BrokenPromise) {
        let answers: [JSONTree]
        switch tree(bytes, depth: 16) {
        case .array(let list): answers = list
        case let one?: answers = [one]
        case nil: throw BrokenPromise("the answer is no JSON: \(shown(bytes))")
        }
        for answer in answers {
            guard case .number(let status) = answer["status"] else { throw BrokenPromise("an answer without a status: \(shown(bytes))") }
            let isGood = status.elementsEqual("200".utf8)
            try promise(isGood == (answer["error"] == nil), "an answer with the status \(shown(status)): \(shown(bytes))")
        }
    }

    private static func tree(_ bytes: [UInt8], depth: Int) -> JSONTree? {
        do throws(JSONError) { return try JSONTree(bytes, depth: depth) } catch { return nil }
    }
}
