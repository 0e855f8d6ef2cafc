import Glibc
import HelioNode

/// swift-subprocess 1.0.2 ends the whole process (`fatalError`) where there are descriptors for the first of a child's pipes and none for
/// the second. So there have to be some to spare before it is asked.
enum SpareDescriptors {
    /// Those of a child, and what all other threads may take between this look and the start.
    private static let count = 32

    /// - Throws: `.disk` where the process or the machine has too few left.
    static func expect() throws(Failure) {
        var taken: [Int32] = []
        defer { for descriptor in taken { close(descriptor) } }
        while taken.count < count {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                let code = errno
                throw Failure(Files.reason(code), "git is not started: no descriptors to spare: \(String(cString: strerror(code)))")
            }
            taken.append(descriptor)
        }
    }
}
