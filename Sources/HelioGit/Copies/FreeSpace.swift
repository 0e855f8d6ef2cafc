import Glibc
import HelioNode

enum FreeSpace {
    static func of(_ path: String) throws(Failure) -> (free: Int64, total: Int64) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw Files.failure("look at the file system of", path, errno) }
        return (bytes(UInt64(status.f_bavail), status), bytes(UInt64(status.f_blocks), status))
    }

    /// Saturates: a network file system may claim anything.
    private static func bytes(_ blocks: UInt64, _ status: statvfs) -> Int64 {
        let (product, overflow) = blocks.multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : Int64(clamping: product)
    }
}
