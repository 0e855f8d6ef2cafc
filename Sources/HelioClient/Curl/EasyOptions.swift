import CCurl

/// Sets the options of an easy handle, and remembers whether one was refused.
struct EasyOptions {
    let easy: UnsafeMutableRawPointer
    private(set) var code = CURLE_OK

    init(_ easy: UnsafeMutableRawPointer) { self.easy = easy }

    /// What holds for every request: no redirect, no proxy, no other protocol, no file of the user's; TLS 1.2 and verified.
    mutating func setRules(_ limits: HTTPClient.Configuration) {
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PROXY, "")
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        // No signal handlers in our process, and no wait for a name server at the end of a transfer.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, limits.connectLimit.inMilliseconds)
        set(CURLOPT_TIMEOUT_MS, limits.totalLimit.inMilliseconds)
        set(CURLOPT_MAXAGE_CONN, Int(limits.keepAlive.components.seconds))
    }

    /// - Parameter headers: kept by the caller; the body is copied.
    mutating func set(_ request: OutboundRequest, headers: UnsafeMutablePointer<curl_slist>?) {
        set(CURLOPT_URL, request.url)
        // Without its directory, which would be trusted beside the file, and would make libcurl read the file for each connection.
        keep(heliostat_curl_set_text(easy, CURLOPT_CAPATH, nil))
        // Seconds. What the file says by then, a new client sees at once.
        set(CURLOPT_CA_CACHE_TIMEOUT, 600)
        if let file = request.caFile { set(CURLOPT_CAINFO, file) }
        set(CURLOPT_HTTPHEADER, UnsafeMutableRawPointer(headers))
        set(CURLOPT_POST, 1)
        keep(heliostat_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count)))
        request.body.withUnsafeBytes { keep(heliostat_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress ?? UnsafeRawPointer(easy))) }
    }

    mutating func set(_ option: CURLoption, _ value: Int) { keep(heliostat_curl_set_long(easy, option, value)) }

    mutating func set(_ option: CURLoption, _ value: String) { keep(heliostat_curl_set_text(easy, option, value)) }

    mutating func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) { keep(heliostat_curl_set_pointer(easy, option, value)) }

    mutating func set(_ option: CURLoption, _ callback: curl_write_callback) { keep(heliostat_curl_set_on_bytes(easy, option, callback)) }

    mutating func setOnOpenSocket(_ callback: curl_opensocket_callback) { keep(heliostat_curl_set_on_open_socket(easy, callback)) }

    mutating func setOnConnected(_ callback: curl_prereq_callback) { keep(heliostat_curl_set_on_connected(easy, callback)) }

    private mutating func keep(_ result: CURLcode) {
        if code == CURLE_OK { code = result }
    }
}

extension Duration {
    /// Rounded up, so that a limit is never zero, which libcurl takes for none.
    var inMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
