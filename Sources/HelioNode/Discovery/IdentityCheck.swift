/// Two names with one id.
///
/// Ids derived from names are 53 bits of SHA-256, so whoever may create repositories can make two names that share one. Such a
/// twin is refused, and what is known already stays what it is: nobody can take another's place, or hold up the listing, by
/// choosing a name.
public struct IdentityCheck {
    private let catalogue: Catalogue
    private var projects: [ProjectID: ByteString] = [:]
    private var repositories: [RepositoryID: RepositoryName] = [:]

    init(catalogue: Catalogue) { self.catalogue = catalogue }

    /// - Parameter listed: in the upstream's order; of two new names the bytewise first is taken, on every node the same.
    public static func sift(
        _ listed: [ListedRepository], against catalogue: Catalogue
    ) -> (accepted: [ListedRepository], rejected: [RejectedRepository]) {
        var check = IdentityCheck(catalogue: catalogue)
        var rejected: [RejectedRepository] = []
        let isSorted = zip(listed, listed.dropFirst()).allSatisfy { $0.repository.name < $1.repository.name }
        let accepted = (isSorted ? listed : listed.sorted { $0.repository.name < $1.repository.name }).filter { item in
            guard let twin = check.twin(of: item.repository) else { return true }
            rejected.append(
                RejectedRepository(path: item.repository.name.description, why: "its id is that of \(twin) already"))
            return false
        }
        return (accepted, rejected)
    }

    /// - Returns: who has the id of the repository, or of its project, already; nil when it is its own.
    private mutating func twin(of repository: Repository) -> String? {
        let project = repository.project
        let holder = catalogue.projectKey(project.id) ?? projects[project.id] ?? project.key
        guard holder == project.key else { return holder.description }
        let name = catalogue[repository.id]?.repository.name ?? repositories[repository.id] ?? repository.name
        guard name == repository.name else { return name.description }
        projects[project.id] = project.key
        repositories[repository.id] = repository.name
        return nil
    }
}
