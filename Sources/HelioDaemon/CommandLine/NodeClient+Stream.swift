/// Answers that are longer than anybody keeps.
extension NodeClient {
    /// Bytes kept of an answer that says why there is no other.
    private static let refusalLimit = 64 << 10

    /// Asks with GET. The client's time limit is for the first byte, and then for each silence.
    /// - Parameter take: gets the body of a good answer piece by piece; what it returns is why it cannot be used, and ends it.
    /// - Returns: the answer when it is no good one; nil after a good one that came whole.
    func stream(_ path: String, _ take: (ArraySlice<UInt8>) -> String?) throws(ClientError) -> Answer? {
        do throws(ClientSocket.Trouble) {
            var socket = try connect()
            try socket.write(request("GET", path, nil))
            return try follow(&socket, take)
        } catch {
            throw clientError(error)
        }
    }

    private func follow(
        _ socket: inout ClientSocket, _ take: (ArraySlice<UInt8>) -> String?
    ) throws(ClientSocket.Trouble) -> Answer? {
        var answer = AnswerStream()
        var (refusal, complaint): ([UInt8], String?) = ([], nil)
        var pieces: [ArraySlice<UInt8>] = []
        while true {
            let read = try socket.read()
            socket.deadline = .now + timeout
            let isWhole: Bool
            do throws(Malformed) {
                isWhole = try answer.take(read[...], isEnd: read.isEmpty) { pieces.append($0) }
            } catch {
                throw .badAnswer(error.why)
            }
            let isGood = answer.status.map { (200...299).contains($0) } ?? false
            for piece in pieces where complaint == nil {
                if isGood { complaint = take(piece) } else { refusal += piece.prefix(Self.refusalLimit - refusal.count) }
            }
            pieces = []
            if let complaint { throw .badAnswer(complaint) }
            if isWhole, let status = answer.status { return isGood ? nil : Answer(status: status, body: refusal) }
        }
    }
}
