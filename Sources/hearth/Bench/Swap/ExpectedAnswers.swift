import HearthClient

/// What one version answers to fixed rows: all outputs, as bits.
struct ExpectedAnswers: Sendable {
    let version: String
    private let bits: [[UInt64]]

    init(_ client: HearthClient, model: String, version: String, rows: BenchRows) throws(HearthError) {
        self.version = version
        let predictor = client.predictor(for: model, version: version)
        var bits: [[UInt64]] = []
        for row in rows.rows {
            _ = try predictor.predict(row)
            bits.append(Self.bits(of: predictor))
        }
        self.bits = bits
    }

    /// Whether the predictor's last answer is this version's answer to that row, bit for bit.
    func matches(_ predictor: Predictor, row: Int) -> Bool {
        let expected = bits[row]
        var position = 0
        for output in 0..<predictor.outputCount {
            for index in 0..<predictor.valueCount(output) {
                guard position < expected.count, predictor.value(output, at: index).bitPattern == expected[position]
                else { return false }
                position += 1
            }
        }
        return position == expected.count
    }

    private static func bits(of predictor: Predictor) -> [UInt64] {
        (0..<predictor.outputCount).flatMap { output in
            (0..<predictor.valueCount(output)).map { predictor.value(output, at: $0).bitPattern }
        }
    }
}
