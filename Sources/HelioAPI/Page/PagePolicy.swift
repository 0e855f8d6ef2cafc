import HelioDigest

/// What a browser may do with the page: apply its one style sheet, run its one script, ask this node again, and nothing else. Markup that
/// found its way into the page would neither run nor load anything.
enum PagePolicy {
    static let headers = [
        ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"), ("Vary", "Accept"),
        ("Content-Security-Policy", contentSecurity), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]

    /// Content Security Policy Level 3. The sums are computed here, once, so that they cannot differ from what is sent, and no constant has
    /// to be kept in step with a style sheet. `data:` is the icon.
    private static let contentSecurity =
        "default-src 'none'; style-src '\(sum(of: PageStyle.text))'; script-src '\(sum(of: PageScript.text))'; connect-src 'self'; "
        + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    private static func sum(of text: StaticString) -> String {
        "sha256-" + text.withUTF8Buffer { Base64.encode(SHA256.of(Array($0))) }
    }
}
