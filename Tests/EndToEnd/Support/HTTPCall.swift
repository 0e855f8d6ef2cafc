import Foundation

/// One HTTP exchange through curl: the client that operators use.
struct HTTPCall {
    let status: Int
    let headers: [String: String]
    let body: String

    /// - Parameters:
    ///   - socket: a Unix socket to connect to instead of the URL's host.
    ///   - options: more words for curl.
    init(
        _ url: String, method: String = "GET", socket: String? = nil, headers: [String] = [], body: String? = nil, options: [String] = []
    ) throws {
        var words = ["curl", "-sS", "-i", "--max-time", "20", "-X", method, url]
        if method == "HEAD" { words = ["curl", "-sS", "-I", "--max-time", "20", url] }
        words += options
        if let socket { words += ["--unix-socket", socket] }
        for header in headers { words += ["-H", header] }
        if let body { words += ["-H", "Expect:", "--data-binary", body] }
        let text = try Shell().run(words)
        let parts = text.replacing("\r\n", with: "\n").split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\n")
        status = Int(lines[0].split(separator: " ")[1]) ?? 0
        self.headers = Dictionary(
            lines.dropFirst().compactMap { line in
                let pair = line.split(separator: ":", maxSplits: 1)
                return pair.count == 2 ? (pair[0].lowercased(), pair[1].trimmingCharacters(in: .whitespaces)) : nil
            }, uniquingKeysWith: { first, _ in first })
        self.body = parts.count > 1 ? String(parts[1]) : ""
    }

    func json() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any] ?? [:]
    }
}
