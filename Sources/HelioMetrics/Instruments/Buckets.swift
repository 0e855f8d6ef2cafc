/// Where histograms divide, in seconds.
public enum Buckets {
    /// From a `git` process that found nothing to do up to a first copy of two hours.
    public static let standard: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200,
    ]
}
