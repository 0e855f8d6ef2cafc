import CCurl
import Glibc

/// One request and what has come of its answer. It lives on the loop; libcurl knows it by its address, from `init` until the
/// easy handle is freed with it.
final class Transfer {
    let easy: UnsafeMutableRawPointer
    let ticket: TransferTable.Ticket
    private let addresses: AddressPolicy
    private let limits: HTTPClient.Configuration
    private var headers: UnsafeMutablePointer<curl_slist>?
    private let message: UnsafeMutableBufferPointer<CChar>
    private var headBytes = 0
    private var bodyBytes = 0
    private var headHasEnded = false
    /// What follows the head is longer than is worth reading.
    private var leavesRest = false
    /// Why it was broken off from our side.
    private var verdict: DeliveryFailure?
    /// The last address that was not to be connected to.
    private var refusal: String?
    private let finished: (Result<Answer, DeliveryFailure>) -> Void

    /// - Parameter finished: called once, on the loop.
    init(
        _ request: OutboundRequest, _ limits: HTTPClient.Configuration, ticket: TransferTable.Ticket,
        finished: @escaping (Result<Answer, DeliveryFailure>) -> Void
    ) throws(DeliveryFailure) {
        try OutboundRequest.check(request.url)
        var lines: [String] = []
        for header in request.headers { lines.append(try OutboundRequest.line(header)) }
        guard let easy = curl_easy_init() else { throw .noConnection("out of memory") }
        self.easy = easy
        self.ticket = ticket
        self.limits = limits
        self.finished = finished
        addresses = request.addresses
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0)
        // Without this, libcurl waits for a 100 Continue before a body of over 1 MiB.
        for line in lines + ["Expect:"] { headers = curl_slist_append(headers, line) ?? headers }
        var options = EasyOptions(easy)
        options.setRules(limits)
        options.set(request, headers: headers)
        options.set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(message.baseAddress))
        setCallbacks(&options)
        guard options.code == CURLE_OK, headers != nil else { throw .broken("libcurl: \(String(cString: curl_easy_strerror(options.code)))") }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        message.deallocate()
    }

    func finish(_ result: Result<Answer, DeliveryFailure>) { finished(result) }

    /// A head with 2xx has been received whole: whatever happens to the connection afterwards, the receiver has what it was sent,
    /// and sending it again would start a second build. Any status counts where it was this side that stopped reading: nothing of the body
    /// is used.
    func result(_ code: CURLcode) -> Result<Answer, DeliveryFailure> {
        if let verdict { return .failure(verdict) }
        let answer = headHasEnded ? self.answer : nil
        if let answer, code == CURLE_OK || leavesRest || (200...299).contains(answer.status) { return .success(answer) }
        return .failure(failure(code))
    }

    private var answer: Answer? {
        var status = 0
        guard heliostat_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK, status >= 200 else { return nil }
        var header: UnsafeMutablePointer<curl_header>?
        let has = curl_easy_header(easy, "Retry-After", 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK
        let value = has ? header.flatMap { $0.pointee.value }.map { String(cString: $0) } : nil
        return Answer(status: status, retryAfter: value.map { String($0.prefix(100)) })
    }

    private func failure(_ code: CURLcode) -> DeliveryFailure {
        switch code {
        case CURLE_OPERATION_TIMEDOUT:
            return hasConnected ? .timedOut(limits.totalLimit) : .noConnection("no connection within \(limits.connectLimit)")
        case CURLE_COULDNT_CONNECT: return refusal.map { .refusedAddress($0) } ?? .noConnection(reason(code))
        case CURLE_COULDNT_RESOLVE_HOST: return .noConnection(reason(code))
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER:
            return .untrusted(reason(code))
        default: return .broken(reason(code))
        }
    }

    private var hasConnected: Bool {
        var microseconds: curl_off_t = 0
        return heliostat_curl_get_size(easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds) == CURLE_OK && microseconds > 0
    }

    /// What libcurl says about this one, else what it says about the code. Part of it may come from the other side.
    private func reason(_ code: CURLcode) -> String {
        let own = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let text = own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}

/// What libcurl asks while the transfer runs.
extension Transfer {
    private static func from(_ pointer: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
    }

    private func setCallbacks(_ options: inout EasyOptions) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        options.set(CURLOPT_HEADERDATA, context)
        options.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            return Transfer.from(context).receiveHead(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        options.set(CURLOPT_WRITEDATA, context)
        options.set(CURLOPT_WRITEFUNCTION) { _, size, count, context in
            context.map { Transfer.from($0).receiveBody(size * count) } ?? 0
        }
        options.set(CURLOPT_OPENSOCKETDATA, context)
        options.setOnOpenSocket { context, _, address in
            guard let context, let address else { return CURL_SOCKET_BAD }
            return Transfer.from(context).open(address)
        }
        options.set(CURLOPT_PREREQDATA, context)
        options.setOnConnected { context, remote, _, _, _ in
            guard let context, let remote else { return CURL_PREREQFUNC_ABORT }
            return Transfer.from(context).maySend(to: String(cString: remote)) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
    }

    /// One line of a head, with its end. Fewer bytes than were given end the transfer.
    private func receiveHead(_ line: UnsafeRawBufferPointer) -> Int {
        headBytes += line.count
        guard headBytes <= limits.headLimit else { return tooLarge(limits.headLimit) }
        if line.count <= 2 && line.allSatisfy({ $0 == 13 || $0 == 10 }) { headHasEnded = answer != nil }
        return line.count
    }

    private func receiveBody(_ count: Int) -> Int {
        bodyBytes += count
        return bodyBytes <= limits.bodyLimit ? count : tooLarge(limits.bodyLimit)
    }

    /// What comes after the head says nothing more: a body, or the lines that may follow its last chunk.
    private func tooLarge(_ limit: Int) -> Int {
        if headHasEnded { leavesRest = true } else { verdict = .answerTooLarge(limit: limit) }
        return 0
    }

    /// A name may have several addresses, and libcurl tries the next if this one is refused.
    private func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        // No key path: `addr` is the last field of a C structure and longer than it says.
        let start = UnsafeRawPointer(address) + (MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0)
        let numeric = Address(start.assumingMemoryBound(to: sockaddr.self))
        guard let numeric else { return CURL_SOCKET_BAD }
        if let refusal = addresses.refusal(of: numeric) {
            self.refusal = refusal
            return CURL_SOCKET_BAD
        }
        return socket(address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    }

    /// Asked again for a connection that was kept: what was allowed then may not be allowed now.
    private func maySend(to remote: String) -> Bool {
        guard let address = Address(remote) else { return false }
        guard let refusal = addresses.refusal(of: address) else { return true }
        verdict = .refusedAddress(refusal)
        return false
    }
}
