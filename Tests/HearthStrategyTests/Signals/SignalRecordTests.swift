import HearthCore
import HearthMarket
import HearthStrategy
import Testing

struct SignalRecordTests {
    @Test func `records that differ in what was decided are not the same`() {
        let flat = SignalRecord(
            sequence: 0, openTime: Timestamp(microseconds: 0), closeTime: Timestamp(microseconds: 1), close: 1,
            state: "live", reasons: [], usedModelID: "a", generation: 1, schemaHash: nil, featuresHash: nil,
            score: 0.5, decision: .flat, source: "file", latencyMicroseconds: nil)
        var long = flat
        long.decision = .long
        #expect(flat != long)
    }
}
