import Glibc
import HelioMetrics
import HelioStore

/// The standard `process_*` metrics, from `/proc/self`
/// (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics), and what of the memory is SQLite's.
struct ProcessMetrics: Sendable {
    private let cpu: Gauge
    private let openDescriptors: Gauge
    private let maxDescriptors: Gauge
    private let virtualMemory: Gauge
    private let maxVirtualMemory: Gauge
    private let residentMemory: Gauge
    private let databaseMemory: Gauge

    init(_ registry: Registry) {
        cpu = registry.foreignCounter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.")
        openDescriptors = registry.gauge("process_open_fds", "Number of open file descriptors.")
        maxDescriptors = registry.gauge("process_max_fds", "Maximum number of open file descriptors.")
        virtualMemory = registry.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.")
        maxVirtualMemory = registry.gauge(
            "process_virtual_memory_max_bytes", "Maximum amount of virtual memory available in bytes.")
        residentMemory = registry.gauge("process_resident_memory_bytes", "Resident memory size in bytes.")
        databaseMemory = registry.gauge(
            "heliostat_sqlite_memory_bytes", "What SQLite has allocated, most of it pages of the database that it keeps.")
        let start = registry.gauge(
            "process_start_time_seconds", "Start time of the process since unix epoch in seconds.")
        start.set(ProcessStatus.startTime() ?? 0)
    }

    /// Reads a few files of /proc, which never wait for a disk.
    func update() {
        if let status = ProcessStatus.read() {
            cpu.set(status.cpuSeconds)
            virtualMemory.set(Double(status.virtualBytes))
            residentMemory.set(Double(status.residentBytes))
        }
        if let count = ProcessStatus.openDescriptors() { openDescriptors.set(Double(count)) }
        databaseMemory.set(Double(Store.memoryInUse()))
        maxDescriptors.set(ProcessStatus.limit(RLIMIT_NOFILE))
        maxVirtualMemory.set(ProcessStatus.limit(RLIMIT_AS))
    }
}
