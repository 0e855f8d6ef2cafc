/// The durations of a series of updates, by formula.
struct OracleValues: Decodable {
    let form: String
    var v: Int64?
    var v0: Int64?
    var dv: Int64?
    var a: Int64?
    var b: Int64?
    var c0: Int64?
    var c: Int64?
    var m: Int64?
    var k: Int64?
    var scale: Int64?
    var seed: Int64?
    var hit: Int64?
    var miss: Int64?
    var values: [Int64]?

    enum Problem: Error { case form(String), field(String) }

    /// The first `count` of them.
    func first(_ count: Int) throws -> [Int64] {
        let indices = (0..<Int64(count))
        switch form {
        case "const": return try indices.map { _ in try the(v, "v") }
        case "linear": return try indices.map { try the(v0, "v0") + $0 * the(dv, "dv") }
        case "affine_mod": return try indices.map { try scaled(the(a, "a") * $0 + the(b, "b")) }
        case "quad_mod": return try indices.map { try scaled(the(a, "a") * $0 * $0 + the(b, "b") * $0 + the(c0, "c0")) }
        case "lcg": return try congruential(count)
        case "two_level":
            return try indices.map { try modulo(the(a, "a") * $0) < the(k, "k") ? the(hit, "hit") : the(miss, "miss") }
        case "list": return Array(try the(values, "values").prefix(count))
        default: throw Problem.form(form)
        }
    }

    private func congruential(_ count: Int) throws -> [Int64] {
        var x = try the(seed, "seed")
        return try (0..<count).map { _ in
            x = (1_664_525 * x + 1_013_904_223) % (1 << 32)
            return try scaled(x)
        }
    }

    private func scaled(_ x: Int64) throws -> Int64 { try (modulo(x) + the(c, "c")) * the(scale, "scale") }

    private func modulo(_ x: Int64) throws -> Int64 {
        let m = try the(m, "m")
        return (x % m + m) % m
    }

    private func the<Value>(_ value: Value?, _ name: String) throws -> Value {
        guard let value else { throw Problem.field(name) }
        return value
    }
}
