import CGit2

enum Libgit {
    /// libgit2 is set up once for the process: no configuration but the repositories' own, and no owner check, since an
    /// upstream directory usually belongs to somebody else.
    static func start() { _ = started }

    private static let started: Void = {
        git_libgit2_init()
        _ = heliostat_git2_set_owner_validation(0)
        for level in [GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL] {
            _ = heliostat_git2_set_search_path(level.rawValue, "")
        }
    }()
}

/// What libgit2 reports; whoever asked knows better what it means.
struct LibgitError: Error {
    let code: Int32
    let message: String

    static func check(_ code: Int32) throws(LibgitError) {
        guard code < 0 else { return }
        throw LibgitError(code: code, message: git_error_last().map { String(cString: $0.pointee.message) } ?? "code \(code)")
    }
}
