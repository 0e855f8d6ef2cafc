public import HelioNode

/// git, ready to run: the built environment and the few files that it needs below the data directory.
///
/// - `<data>/git/node`: a random id, put as `HELIOSTAT_NODE` into the environment of every child. After a `kill -9` of ours
///   the children are found by it in `/proc/*/environ`: it is set by `execve` itself, so there is no moment between spawning
///   a child and recording it, and a recycled process id cannot be mistaken for a child.
/// - `<data>/git/config`: the only configuration that git reads besides the repositories' own.
/// - `<data>/git/askpass`: answers git's and ssh's questions from the token file.
/// - `<data>/git/home`: an empty `HOME`, and the working directory of all children.
/// - `<data>/git/upstream`: for the length of a run, what is trusted in it, and the headers of what an HTTP host answers.
public struct Git: Sendable {
    public let configuration: GitConfiguration
    let layout: DataLayout
    let marker: String
    /// At upstreams on this machine.
    let hanging: HangingPlaces

    /// Makes the directories and files. Safe while children of a former process still live: files are replaced by rename.
    /// - Throws: `.disk` or `.internal` when they cannot be made, `.rejected` for a value that git would misread.
    public init(_ configuration: GitConfiguration) throws(Failure) {
        self.configuration = configuration
        layout = try DataLayout(data: configuration.data)
        marker = try NodeMarker.load(layout.git + "/node")
        hanging = HangingPlaces()
        try Files.replace(layout.config, with: Array(try GitConfigFile.text(configuration).utf8), mode: 0o640)
        try Files.replace(layout.askpass, with: Array(Askpass.script.utf8), mode: 0o700)
    }

    /// With the directories and files that another has made: no disk is touched, and none can hang.
    /// - Precondition: the configurations differ in `namedCredentials` alone, of which the files hold nothing.
    public init(_ configuration: GitConfiguration, onFilesOf other: Git) {
        self.configuration = configuration
        (layout, marker, hanging) = (other.layout, other.marker, other.hanging)
    }
}

/// Where things are below the data directory.
struct DataLayout: Sendable {
    /// Absolute, without a trailing slash.
    let data: String

    init(data: String) throws(Failure) {
        self.data = try Files.absolute(data)
        for directory in [self.data, repositories, staging, trash, git, home, upstreamConfigs] {
            try Files.makeDirectory(directory)
        }
    }

    var repositories: String { data + "/repositories" }
    var staging: String { data + "/staging" }
    var trash: String { data + "/trash" }
    var git: String { data + "/git" }
    var home: String { git + "/home" }
    var config: String { git + "/config" }
    var askpass: String { git + "/askpass" }
    var upstreamConfigs: String { git + "/upstream" }

    func copy(of name: RepositoryName) -> String { repositories + "/" + name.path.description + ".git" }
}
