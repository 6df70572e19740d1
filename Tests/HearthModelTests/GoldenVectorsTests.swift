import HearthModel
import Testing

struct GoldenVectorsTests {
    private func decoded(_ bytes: [UInt8]) throws -> GoldenVectors {
        try unsafe bytes.withUnsafeBytes { try unsafe GoldenVectors(decoding: $0) }
    }

    @Test func `rows and outputs come back with their exact bits`() throws {
        let golden = try GoldenVectors(
            rowCount: 2, columnCount: 2, outputWidth: 1, rows: [1, -0.0, 5e-300, .nan], outputs: [.pi, -.infinity])
        let section = golden.encoded()
        #expect(section.id == .golden)
        let back = try decoded(section.bytes)
        #expect(back.rows.map(\.bitPattern) == golden.rows.map(\.bitPattern))
        #expect(back.outputs.map(\.bitPattern) == golden.outputs.map(\.bitPattern))
        #expect(back.rowCount == 2 && back.columnCount == 2 && back.outputWidth == 1)
    }

    @Test func `bytes cut anywhere, bytes too many and absurd counts are refused`() throws {
        let bytes = try GoldenVectors(
            rowCount: 1, columnCount: 3, outputWidth: 2, rows: [1, 2, 3], outputs: [4, 5]
        ).encoded().bytes
        for byteCount in 0..<bytes.count {
            #expect(throws: ModelError.self) { try decoded(Array(bytes[..<byteCount])) }
        }
        #expect(throws: ModelError.self) { try decoded(bytes + [0]) }
        for offset in 0..<16 {
            var changed = bytes
            changed[offset] = 0xFF
            #expect(throws: ModelError.self) { try decoded(changed) }
        }
    }

    @Test func `shapes that do not fit the values are refused`() {
        #expect(throws: ModelError.self) {
            try GoldenVectors(rowCount: 2, columnCount: 2, outputWidth: 1, rows: [1], outputs: [1, 2])
        }
    }
}
