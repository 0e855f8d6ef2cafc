import HelioHTTP
import HelioNode

extension Request {
    func text(_ name: String) throws(Rejection) -> String? {
        do throws(QueryError) { return try query.value(name) } catch { throw Rejection(error) }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(Rejection) -> Int? {
        do throws(QueryError) { return try query.integer(name, in: range) } catch { throw Rejection(error) }
    }

    func duration(_ name: String) throws(Rejection) -> Duration? {
        guard let text = try text(name) else { return nil }
        guard let duration = UnitDuration.parse(text) else {
            throw .badRequest("A duration is a whole number with a unit: ms, s, m, h or d.")
        }
        return duration
    }

    func fields(_ allowed: [String], orEmpty: Bool = false) throws(Rejection) -> FlatObject {
        do throws(JSONError) {
            return orEmpty ? try FlatObject(orEmpty: body, allowing: allowed) : try FlatObject(body, allowing: allowed)
        } catch { throw Rejection(error) }
    }
}

extension FlatObject {
    /// A field's bytes; nil when it is absent.
    func text(_ name: String) throws(Rejection) -> ByteString? {
        do throws(JSONError) { return try string(name).map { ByteString($0) } } catch { throw Rejection(error) }
    }

    func flag(_ name: String) throws(Rejection) -> Bool {
        do throws(JSONError) { return try bool(name) } catch { throw Rejection(error) }
    }

    func repository(_ name: String) throws(Rejection) -> RepositoryName? {
        guard let path = try text(name) else { return nil }
        do throws(NameError) { return try RepositoryName(path) } catch { throw Rejection(error) }
    }
}

extension Rejection {
    init(_ error: NameError) { self = .badRequest("The name is not legal: \(error.rawValue).") }
}
