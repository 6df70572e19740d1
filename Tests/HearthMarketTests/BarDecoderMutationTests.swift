import HearthCore
import HearthMarket
import Testing

struct BarDecoderMutationTests {
    private struct Outcome: Equatable {
        var bars: [Bar]
        var report: BarReport
        var error: String?
    }

    private func outcome(_ bytes: [UInt8], pieces: Int) throws -> Outcome {
        var decoder = BarDecoder(timeframe: try Timeframe("1h"))
        var (bars, rest) = ([Bar](), bytes[...])
        do throws(MarketError) {
            while !rest.isEmpty {
                let piece = rest.prefix(pieces)
                rest = rest.dropFirst(pieces)
                bars += try decoder.push(piece)
            }
            bars += try decoder.finish()
        } catch {
            return Outcome(bars: bars, report: decoder.report, error: error.description)
        }
        return Outcome(bars: bars, report: decoder.report)
    }

    /// Changes, takes away, repeats or cuts off up to seven times.
    private func mutated(_ text: String, _ random: inout SplitMix64) -> [UInt8] {
        func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(1, bound))) }
        var bytes = Array(text.utf8)
        for _ in 0...below(6) {
            let place = below(bytes.count)
            switch below(4) {
            case 0: bytes[place] = UInt8(below(256))
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 60)], at: below(bytes.count))
            default: if below(4) == 0 { bytes.removeSubrange(place...) }
            }
            if bytes.isEmpty { bytes = [0x0A] }
        }
        return bytes
    }

    @Test(arguments: [true, false])
    func `a good file with any bytes changed is read the same whole and in pieces, its bars in order`(
        isJSON: Bool
    ) throws {
        let bars = try MarketFixtures.bars(12)
        let lines = isJSON ? bars.map(BarText.jsonLine) : [BarText.header] + bars.map(BarText.csvLine)
        let text = lines.joined(separator: "\n")
        var random = SplitMix64(seed: 17)
        var goodCount = 0
        for _ in 0..<400 {
            let bytes = mutated(text, &random)
            let whole = try outcome(bytes, pieces: .max)
            #expect(try outcome(bytes, pieces: 1 + Int(random.next() % 40)) == whole)
            #expect(zip(whole.bars, whole.bars.dropFirst()).allSatisfy { $0.openTime < $1.openTime })
            goodCount += whole.bars.count
        }
        // Most lines survive: it is not the first line alone that is tested.
        #expect(goodCount > 400 * 4)
    }
}
