import CVersion

/// What `heliostat version` and `GET /admin/overview` say; the CHANGELOG has an entry for it.
public enum Version {
    public static let number = "0.1.0"

    /// What it was built from, where whoever built it said so (`HELIOSTAT_COMMIT` in the environment of the build).
    public static let commit = String(cString: heliostat_commit())
}
