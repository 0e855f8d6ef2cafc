/// What receivers can be told. The raw values stand in events and in the configuration.
public enum EventKey: String, Sendable, Hashable, CaseIterable {
    case repositorySynchronized = "mirror:repo_synchronized"
    case repositorySyncFailed = "mirror:repo_sync_failed"
    case stateChanged = "mirror:state_changed"
    case ping = "diagnostics:ping"

    /// What an endpoint can subscribe to; a ping comes when somebody tries one.
    public static let allCases: [EventKey] = [.repositorySynchronized, .repositorySyncFailed, .stateChanged]
}
