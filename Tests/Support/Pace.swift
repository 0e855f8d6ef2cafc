import Glibc

/// Lets time pass where its passing is the subject: a client that reads slowly, a job that holds its thread. Waiting for
/// something to happen is `eventually`.
public enum Pace {
    public static func take(_ duration: Duration) async throws { try await Task.sleep(for: duration) }

    public static func block(milliseconds: UInt32) { usleep(milliseconds * 1000) }
}
