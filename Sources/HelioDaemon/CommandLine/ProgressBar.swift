/// How far the first copies are, as a bar and in figures.
struct ProgressBar {
    let full: String
    let rest: String
    /// ` 3/12 25 %`
    let figures: String

    /// - Parameter columns: for bar and figures together; the bar takes 10 to 60 of them.
    init(done: Int, total: Int, columns: Int) {
        let share = total > 0 ? Double(min(max(done, 0), total)) / Double(total) : 1
        figures = " \(done)/\(total) \(Int(share * 100)) %"
        let cells = min(max(columns - figures.count - 1, 10), 60)
        full = String(repeating: "█", count: Int(share * Double(cells)))
        rest = String(repeating: "░", count: cells - full.count)
    }
}
