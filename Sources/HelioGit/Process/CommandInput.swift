import CGit2
import Glibc
import HelioNode
import SystemPackage

/// What git reads on its standard input, in memory (memfd_create(2)): a child that exits without reading breaks no pipe of ours,
/// nothing has to be fed meanwhile, and no disk is waited for.
struct CommandInput: ~Copyable {
    let descriptor: FileDescriptor

    init(_ bytes: [UInt8]) throws(Failure) {
        let raw = bytes.isEmpty ? open("/dev/null", O_RDONLY | O_CLOEXEC) : heliostat_memory_file("git's input")
        guard raw >= 0 else { throw Files.failure("open", bytes.isEmpty ? "/dev/null" : "git's input", errno) }
        do throws(Failure) {
            try Files.writeAll(raw, bytes, "git's input")
        } catch {
            Glibc.close(raw)
            throw error
        }
        lseek(raw, 0, SEEK_SET)
        descriptor = FileDescriptor(rawValue: raw)
    }

    deinit { Glibc.close(descriptor.rawValue) }
}
