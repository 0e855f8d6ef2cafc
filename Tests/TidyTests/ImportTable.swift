/// Who may import what of ours. It is written out, and not read from the package, so that a new direction is a decision that
/// somebody reviews in two places.
enum ImportTable {
    static let ours: [String: Set<String>] = [
        "HelioNode": [],
        "HelioJSON": ["HelioNode"],
        "HelioLock": [],
        "HelioDigest": ["CLibcrypto"],
        "HelioMetrics": ["HelioLock"],
        "HelioLoop": ["CLibevent", "COpenSSL", "HelioLock"],
        "HelioHTTP": ["HelioLoop", "HelioLock"],
        "HelioClient": ["HelioLoop", "CCurl"],
        "HelioFarm": ["HelioNode", "HelioLoop", "HelioLock"],
        "HelioGit": ["HelioDigest", "HelioLock", "HelioNode", "CGit2"],
        "HelioStore": ["HelioNode"],
        "HelioWebhooks": ["HelioNode", "HelioJSON", "HelioStore", "HelioDigest"],
        "HelioAPI": ["HelioNode", "HelioJSON", "HelioMetrics", "HelioLoop", "HelioHTTP", "HelioLock", "HelioDigest", "CZlib"],
        "HelioDaemon": [
            "CMalloc", "CVersion", "HelioNode", "HelioMetrics", "HelioLock", "HelioLoop", "HelioHTTP", "HelioClient", "HelioGit", "HelioStore",
            "HelioWebhooks", "HelioAPI", "HelioFarm",
        ],
        "heliostat": ["HelioDaemon"],
        "heliostat-fuzz": [
            "HelioAPI", "HelioClient", "HelioDaemon", "HelioFarm", "HelioGit", "HelioHTTP", "HelioJSON", "HelioMetrics", "HelioNode",
            "HelioWebhooks",
        ],
        "heliostat-bench": ["HelioGit", "HelioMetrics", "HelioNode", "HelioStore"],
    ]

    /// Modules that hide behind one door: everybody else speaks to the module that owns them.
    static let doors: [String: String] = [
        "CLibevent": "Sources/HelioLoop/",
        "COpenSSL": "Sources/HelioLoop/TLS/",
        "CLibcrypto": "Sources/HelioDigest/",
        "CCurl": "Sources/HelioClient/",
        "CGit2": "Sources/HelioGit/",
        "CZlib": "Sources/HelioAPI/Metrics/",
        "CMalloc": "Sources/HelioDaemon/Start/",
        "GRDB": "Sources/HelioStore/",
        "GRDBSQLite": "Sources/HelioStore/",
        "Subprocess": "Sources/HelioGit/",
        "Yams": "Sources/HelioDaemon/Configuration/",
    ]

    /// Modules that stay without Foundation: it costs start-up time, memory and a second idea of a string.
    static let withoutFoundation: Set = [
        "HelioNode", "HelioJSON", "HelioLock", "HelioDigest", "HelioMetrics", "HelioLoop", "HelioHTTP", "HelioClient", "HelioFarm",
    ]

    private static let fromC: Set = ["CLibevent", "COpenSSL", "CLibcrypto", "CCurl", "CGit2", "CZlib", "CMalloc", "CVersion"]

    static func isOurs(_ module: String) -> Bool { ours[module] != nil || fromC.contains(module) }
}
