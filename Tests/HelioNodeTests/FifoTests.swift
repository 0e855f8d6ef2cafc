@testable import HelioNode
import Testing

struct FifoTests {
    @Test func line_HoldsWhatAnArrayWould_WhateverIsPutInAndTakenOff() {
        var random = SeededGenerator(seed: 7)
        var (line, model, next) = (Fifo<Int>(), [Int](), 0)
        for step in 0..<3000 {
            let count = Int.random(in: 0...200, using: &random)
            switch Int.random(in: 0...4, using: &random) {
            case 0:
                line.append(next)
                model.append(next)
                next += 1
            case 1:
                line.append(contentsOf: Array(next..<(next + count)))
                model += next..<(next + count)
                next += count
            case 2:
                let first = line.popFirst()
                #expect(first == model.first)
                model = Array(model.dropFirst())
            default:
                let taken = line.popFirst(upTo: count)
                #expect(taken == Array(model.prefix(count)))
                model.removeFirst(taken.count)
                let rest = Array(taken.suffix(Int.random(in: 0...taken.count, using: &random)))
                line.putBack(rest)
                model = rest + model
            }
            #expect(line.count == model.count && line.isEmpty == model.isEmpty && line.first == model.first, "step \(step)")
            #expect(Array(line.elements) == model, "step \(step)")
        }
    }

    /// With everything behind them moved for each batch it would be minutes.
    @Test(.timeLimit(.minutes(1))) func batches_CostWhatTheyAre_HoweverLongTheLine() {
        let count = 1_000_000
        var line = Fifo(Array(0..<count))
        var gone = 0
        while case let batch = line.popFirst(upTo: 4), let first = batch.first, first == gone {
            let rest = Array(batch.dropFirst(2))
            line.putBack(rest)
            gone += batch.count - rest.count
        }
        #expect(gone == count && line.isEmpty)
    }
}
