import Glibc

/// `HELIOSTAT_FUZZ_TARGET=NAME heliostat-fuzz [OPTION-OF-LIBFUZZER…] [CORPUS…]` runs one target until it is told to stop; without the
/// variable it prints the targets, each with its longest input. The name is no argument, because libFuzzer starts itself again with
/// arguments that it takes for its own. `scripts/fuzz` builds and calls it.
@main
enum HeliostatFuzz {
    /// A function that C calls can carry nothing with it. Written once, before the loop, and read by its one thread.
    nonisolated(unsafe) private static var chosen: any FuzzTarget = FuzzTargets.all[0]

    static func main() {
        guard let name = getenv("HELIOSTAT_FUZZ_TARGET").map({ String(cString: $0) }) else {
            for target in FuzzTargets.all { print(target.name, target.maximumLength) }
            return
        }
        guard let target = FuzzTargets.named(name) else {
            print("there is no target \(name)")
            exit(EX_USAGE)
        }
        chosen = target
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(runDriver(&count, &arguments) { start, count in HeliostatFuzz.run(Array(UnsafeBufferPointer(start: start, count: count))) })
    }

    private static func run(_ input: [UInt8]) -> Int32 {
        do throws(BrokenPromise) {
            try chosen.run(input)
        } catch {
            fatalError("\(chosen.name): \(error)")  // a crash is how libFuzzer is told
        }
        return 0
    }
}

/// libFuzzer's own loop, which it offers to those who keep `main` (FuzzerDriver.cpp).
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32
