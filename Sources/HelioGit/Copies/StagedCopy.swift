import HelioNode

extension StagedCopy {
    /// The files of an empty bare repository, which are few enough to spare the process that `git init` costs; no sample
    /// hooks, no description. `sharedRepository` makes git's own files 0640 and directories 0750, whatever the umask.
    static func make(in layout: DataLayout, format: ObjectFormat, head: Head) throws(Failure) -> StagedCopy {
        let path = layout.staging + "/" + String(UInt64.random(in: 0 ... .max), radix: 36) + ".git"
        do throws(Failure) {
            for directory in ["/objects/pack", "/objects/info", "/refs/heads", "/refs/tags"] { try Files.makeDirectory(path + directory) }
            try Files.write(path + "/config", Array(config(format).utf8), mode: 0o640)
            try Files.write(path + "/HEAD", HeadFile.bytes(of: head), mode: 0o640)
        } catch {
            try? Files.removeTree(path)  // what cannot be removed either is swept at the next start
            throw error
        }
        return StagedCopy(path: path)
    }

    private static func config(_ format: ObjectFormat) -> String {
        let version = format == .sha1 ? 0 : 1
        let shared = "[core]\n\trepositoryformatversion = \(version)\n\tfilemode = true\n\tbare = true\n\tsharedRepository = 0640\n"
        return shared + (format == .sha1 ? "" : "[extensions]\n\tobjectFormat = sha256\n")
    }
}
