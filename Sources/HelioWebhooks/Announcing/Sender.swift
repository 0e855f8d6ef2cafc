import HelioNode

/// Who speaks: what every event says of the farm and of where its repositories are found.
public struct Sender: Sendable, Hashable {
    /// The farm; of a node by itself, its own.
    public let farm: String
    /// Templates with `{project}` and `{repository}`.
    public var cloneURLs: [String]
    public var browseURL: String?

    public init(farm: String, cloneURLs: [String] = [], browseURL: String? = nil) {
        self.farm = farm
        self.cloneURLs = cloneURLs
        self.browseURL = browseURL
    }

    var uuid: NameUUID { NameUUID("farm:" + farm, in: .heliostat) }

    /// The id of the farm, as events and receivers know it.
    public var id: String { uuid.description }

    /// Announcement `number` of a repository: the same on every node of the farm, and another one when the content comes back.
    func webhookID(of repository: RepositoryID, number: Int64, content: MirrorHash) -> String {
        var hex: [UInt8] = []
        content.appendHex(to: &hex)
        let name = "repository:\(repository.value):\(number):\(String(decoding: hex, as: UTF8.self))"
        return NameUUID(name, in: uuid).description
    }
}
