import GRDB
import HelioNode

/// Values of the domain as column values, and back. What comes back is checked: a damaged row is `StoreError.corrupt`.
enum Columns {
    /// NULL is unknown.
    static func hash(_ hash: MirrorHash) -> Bytes? {
        guard case .known(let digest) = hash else { return nil }
        var raw: [UInt8] = []
        digest.appendRaw(to: &raw)
        return Bytes(raw)
    }

    static func hash(_ bytes: Bytes?) throws(StoreError) -> MirrorHash {
        guard let bytes else { return .unknown }
        guard bytes.value.count == 32 else { throw .corrupt("a hash has \(bytes.value.count) bytes") }
        return .known(Digest(raw: bytes.value))
    }

    static func head(_ bytes: Bytes?) throws(StoreError) -> Head? {
        guard let bytes else { return nil }
        do {
            return try HeadCodec.decode(bytes.value)
        } catch {
            throw .corrupt("a HEAD: \(error.rawValue)")
        }
    }

    static func refName(_ bytes: Bytes?) -> RefName? { bytes.map { RefName(ByteString($0.value)) } }

    static func time(_ milliseconds: Int64?) -> WallTime? { milliseconds.map(WallTime.init(millisecondsSince1970:)) }

    static func failure(reason: String?, message: Text?) throws(StoreError) -> Failure? {
        guard let reason else { return nil }
        guard let known = FailureReason(rawValue: reason) else { throw .corrupt("an unknown failure reason") }
        return Failure(known, message?.value ?? "")
    }

    static func name(project: ByteString, slug: Bytes) throws(StoreError) -> RepositoryName {
        do {
            return try RepositoryName(project: project, slug: ByteString(slug.value))
        } catch {
            throw .corrupt("a repository name: \(error.rawValue)")
        }
    }
}

extension Row {
    /// A column that is never NULL in a sound database. GRDB's own access would end the process.
    func required<Value: DatabaseValueConvertible & StatementColumnConvertible>(
        _ index: Int, as type: Value.Type = Value.self
    ) throws(StoreError) -> Value {
        guard let value: Value = self[index] else { throw .corrupt("column \(index) of a row is missing") }
        return value
    }
}
