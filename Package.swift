// swift-tools-version: 6.2
import PackageDescription

/// While `scripts/fuzz` builds. libFuzzer's counters are for what is ours: it looks through all of them after each input. `edges` leaves out
/// what libFuzzer learns from comparisons.
let fuzzed = Context.environment["HELIOSTAT_FUZZ"]
let isFuzzed = fuzzed != nil
let edges = fuzzed == "edges" ? ["-sanitize-coverage=edge,inline-8bit-counters,pc-table"] : []

/// `HELIOSTAT_FUZZ_ONLY` has the modules, with spaces between them, where not all of ours are counted.
func counters(in module: String) -> [SwiftSetting] {
    let only = Context.environment["HELIOSTAT_FUZZ_ONLY"]?.split(separator: " ") ?? []
    let isCounted = isFuzzed && (only.isEmpty || only.contains { $0 == module })
    return isCounted ? [.unsafeFlags(["-sanitize=fuzzer"] + edges)] : []
}

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// Who builds a release says which commit it is; asking git here would tell an old one, because manifests are cached.
let commit = Context.environment["HELIOSTAT_COMMIT"] ?? "unknown"

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// For what runs on each request. Tests build with the run-time checks of overlapping accesses; a release leaves them out there: they take
/// 4 % of a request (`scripts/bench status`).
let hot = settings + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

/// For what decides, for the hours of a farm that are simulated with it, and for what reads all sources: optimised in a debug build, too,
/// which takes a fifth of the time.
let quick = settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// A library of ours. What it may import of ours is what stands here; `TidyTests` holds every `import` against this list.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], _ swiftSettings: [SwiftSetting] = settings) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: counters(in: name) + swiftSettings)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = [], resources: [Resource] = [],
    _ swiftSettings: [SwiftSetting] = settings
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], path: path, exclude: exclude, resources: resources,
        swiftSettings: swiftSettings)
}

/// What `scripts/fuzz` builds: the fuzz targets and libFuzzer's loop, linked with lld because libFuzzer's archive has a `main` too. The same
/// targets run on the kept inputs in `FuzzTests`; a source cannot be in two targets.
let fuzzer = Target.executableTarget(
    name: "heliostat-fuzz",
    dependencies: [
        "HelioAPI", "HelioClient", "HelioDaemon", "HelioFarm", "HelioGit", "HelioHTTP", "HelioJSON", "HelioMetrics", "HelioNode", "HelioWebhooks",
    ],
    path: "Tests/Fuzz", exclude: ["Corpora", "Dictionaries", "Replay"],
    swiftSettings: counters(in: "heliostat-fuzz") + settings,
    linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])])
let fuzzing =
    isFuzzed
    ? fuzzer : tests("FuzzTests", fuzzer.dependencies, path: fuzzer.path, exclude: ["Corpora", "Dictionaries", "Driver"])

let package = Package(
    name: "heliostat",
    products: [.executable(name: "heliostat", targets: ["heliostat"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "CLibevent", pkgConfig: "libevent_core libevent_pthreads", providers: [.apt(["libevent-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        .systemLibrary(name: "CMalloc"),
        .target(name: "CVersion", cSettings: [.define("HELIOSTAT_COMMIT", to: "\"\(commit)\"")]),

        module("HelioNode", [], quick),
        module("HelioJSON", ["HelioNode"]),
        module("HelioLock"),
        module("HelioDigest", ["CLibcrypto"]),
        module("HelioMetrics", ["HelioLock"]),
        module("HelioLoop", ["CLibevent", "COpenSSL", "HelioLock"], hot),
        module("HelioHTTP", ["HelioLoop", "HelioLock"], hot),
        module("HelioGit", ["HelioDigest", "HelioLock", "HelioNode", "CGit2", subprocess, system]),
        module("HelioStore", ["HelioNode", grdb, sqlite]),
        module("HelioClient", ["HelioLoop", "CCurl"]),
        module("HelioFarm", ["HelioNode", "HelioLoop", "HelioLock"]),
        module("HelioWebhooks", ["HelioNode", "HelioJSON", "HelioStore", "HelioDigest"]),
        module("HelioAPI", ["HelioNode", "HelioJSON", "HelioMetrics", "HelioLoop", "HelioHTTP", "HelioLock", "HelioDigest", "CZlib"]),
        module(
            "HelioDaemon",
            [
                "CMalloc", "CVersion", "HelioNode", "HelioMetrics", "HelioLock", "HelioLoop", "HelioHTTP", "HelioGit", "HelioStore",
                "HelioAPI", "HelioClient", "HelioWebhooks", "HelioFarm", logging, yams,
            ]),
        .executableTarget(name: "heliostat", dependencies: ["HelioDaemon", argumentParser], swiftSettings: settings),
        // No product: it makes what `scripts/bench` measures with.
        .executableTarget(
            name: "heliostat-bench", dependencies: ["HelioGit", "HelioMetrics", "HelioNode", "HelioStore"], exclude: ["Peers"],
            swiftSettings: settings),

        .target(name: "TestSupport", dependencies: ["HelioLock"], path: "Tests/Support", swiftSettings: settings),
        tests("HelioNodeTests", ["HelioNode"], exclude: ["Transcripts"]),
        tests("HelioSimulationTests", ["HelioNode"], quick),
        tests("HelioJSONTests", ["HelioJSON", "HelioNode"]),
        tests("HelioDigestTests", ["HelioDigest"]),
        tests("HelioMetricsTests", ["HelioMetrics"]),
        tests("HelioLoopTests", ["HelioLoop"]),
        tests("HelioHTTPTests", ["COpenSSL", "HelioHTTP", "HelioLoop"]),
        tests("HelioClientTests", ["HelioClient", "HelioLoop"]),
        tests("HelioFarmTests", ["HelioFarm", "HelioLoop", "HelioNode"]),
        tests("HelioGitTests", ["HelioGit", "HelioNode"]),
        tests("HelioStoreTests", ["HelioStore", "HelioNode", grdb]),
        tests("HelioWebhooksTests", ["HelioWebhooks", "HelioNode", "HelioStore"]),
        tests("HelioAPITests", ["HelioAPI", "HelioHTTP", "HelioJSON", "HelioLoop", "HelioMetrics", "HelioNode"], exclude: ["Clients"]),
        tests(
            "HelioDaemonTests",
            [
                "HelioAPI", "HelioDaemon", "HelioFarm", "HelioHTTP", "HelioLock", "HelioLoop", "HelioMetrics", "HelioNode", "HelioStore",
                "HelioWebhooks",
            ],
            resources: [.copy("Fixtures")]),
        tests("TidyTests", [], quick),
        fuzzing,
        tests(
            "EndToEndTests", ["heliostat"], path: "Tests/EndToEnd",
            exclude: [
                "Webhooks/verify_webhooks.py", "Page/browser.py", "Faults/CrashSweep/strike.c", "Faults/Leaks/sigsuspend.c",
                "Faults/Leaks/valgrind.supp", "Upstream/hostile_git.py",
            ]),
    ]
)
