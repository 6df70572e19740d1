import HearthCore
import HearthTraining
import Testing

@Suite struct MinibarGeneratorTests {
    /// FNV-1a, 64 bits.
    private func digest(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    @Test func `R16: a fixed seed gives fixed bytes, a column per metric type`() throws {
        let readings = try MinibarGenerator(MinibarParameters(days: 90, rooms: 40, seed: 7)).readings()
        let text = MinibarReading.csv(of: readings)
        #expect(digest(text) == 2_101_184_642_962_627_880)
        #expect(text.hasPrefix("time,stok_seviye,tuketim_miktar,dolum_sure,label,kind\n2024-01-01T00:00:00Z,"))
    }

    @Test func `another seed gives another series`() throws {
        let first = try MinibarGenerator(MinibarParameters(days: 30, seed: 1)).readings()
        let second = try MinibarGenerator(MinibarParameters(days: 30, seed: 2)).readings()
        #expect(first != second)
    }

    @Test(arguments: [1, 7, 99] as [UInt64]) func `a year has every kind, and few hours are anomalies`(
        seed: UInt64
    ) throws {
        let readings = try MinibarGenerator(MinibarParameters(seed: seed)).readings()
        #expect(readings.count == 365 * 24)
        #expect(Set(readings.map(\.kind)) == Set(MinibarKind.allCases))
        let anomalies = readings.count { $0.kind.isAnomaly }
        #expect((100...900).contains(anomalies))
        #expect(readings.prefix(7 * 24).allSatisfy { !$0.kind.isAnomaly })
    }

    @Test func `readings are hourly and within the hotel`() throws {
        let readings = try MinibarGenerator(MinibarParameters(days: 200, rooms: 60, seed: 3)).readings()
        for (earlier, later) in zip(readings, readings.dropFirst()) {
            #expect(later.time.microseconds - earlier.time.microseconds == 3_600_000_000)
        }
        #expect(readings.allSatisfy { (0...60 * 8).contains($0.stockLevel) && $0.consumption >= 0 })
        #expect(readings.allSatisfy { $0.refillHundredths > 0 })
    }

    @Test func `outside incidents and refills stock falls by what was consumed`() throws {
        let readings = try MinibarGenerator(MinibarParameters(days: 120, seed: 11)).readings()
        for index in readings.indices.dropFirst() where !(10..<15).contains(index % 24) {
            let (earlier, later) = (readings[index - 1], readings[index])
            guard !earlier.kind.isAnomaly, !later.kind.isAnomaly else { continue }
            #expect(later.stockLevel == earlier.stockLevel - later.consumption)
        }
    }

    @Test func `each incident shows in the readings`() throws {
        let readings = try MinibarGenerator(MinibarParameters(days: 365, seed: 7)).readings()
        for index in readings.indices.dropFirst() {
            let (earlier, later) = (readings[index - 1], readings[index])
            switch later.kind {
            case .theft, .leak:
                guard !(10..<15).contains(index % 24) else { continue }
                #expect(later.stockLevel < earlier.stockLevel - later.consumption || later.stockLevel == 0)
            case .stuckCounter:
                #expect(later.stockLevel == earlier.stockLevel && later.consumption == earlier.consumption)
            case .missedRefill:
                #expect(later.stockLevel <= earlier.stockLevel)
            case .typo:
                #expect(
                    later.consumption >= 10 && later.consumption.isMultiple(of: 10)
                        || later.refillHundredths == 10 * earlier.refillHundredths)
            case .normal, .holidayPeak:
                break
            }
        }
    }

    @Test func `a holiday peak is unusual but no anomaly`() throws {
        let readings = try MinibarGenerator(MinibarParameters(days: 365, seed: 7)).readings()
        func mean(_ kind: MinibarKind) -> Double {
            let chosen = readings.filter { $0.kind == kind }.map(\.consumption)
            return Double(chosen.reduce(0, +)) / Double(max(1, chosen.count))
        }
        #expect(mean(.holidayPeak) > 1.4 * mean(.normal))
        #expect(readings.filter { $0.kind == .holidayPeak }.allSatisfy { $0.csvLine.hasSuffix(",0,holiday_peak") })
    }

    @Test(arguments: [(20, 120), (3651, 120), (365, 4), (365, 5001), (-1, 120), (365, Int.min)])
    func `a size outside its range is refused`(days: Int, rooms: Int) {
        let error = #expect(throws: TrainingError.self) {
            try MinibarGenerator(MinibarParameters(days: days, rooms: rooms)).readings()
        }
        #expect(error?.code == .badParameter)
    }
}
