/// What `heliostat version` and `GET /admin/overview` say; the CHANGELOG has an entry for it.
public enum Version {
    public static let number = "0.1.0"
}
