import CCurl

/// libcurl's own reading of a URL, so that what was checked is what is asked.
enum CurlURL {
    static func check(_ text: String) throws(DeliveryFailure) {
        guard let url = curl_url() else { throw .badURL("cannot be read: out of memory") }
        defer { curl_url_cleanup(url) }
        let code = curl_url_set(url, CURLUPART_URL, text, 0)
        guard code == CURLUE_OK else { throw .badURL("is not valid: \(String(cString: curl_url_strerror(code)))") }
        guard !has(CURLUPART_USER, url), !has(CURLUPART_PASSWORD, url) else {
            throw .badURL("holds a user or a password: who sends is told by the signature")
        }
        guard !has(CURLUPART_FRAGMENT, url), !text.utf8.contains(UInt8(ascii: "#")) else { throw .badURL("holds a fragment (#), which is never sent") }
        guard has(CURLUPART_HOST, url) else { throw .badURL("names no host") }
    }

    private static func has(_ part: CURLUPart, _ url: OpaquePointer) -> Bool {
        var value: UnsafeMutablePointer<CChar>?
        defer { curl_free(value) }
        return curl_url_get(url, part, &value, 0) == CURLUE_OK
    }
}
