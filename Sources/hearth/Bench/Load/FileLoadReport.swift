/// What the loads of one file took.
struct FileLoadReport {
    let path: String
    let first: FileLoad.Phases
    let loads: [FileLoad.Phases]
    /// How far the peak of the process's memory rose with the first load.
    let peakByteCount: Int

    private func median(_ values: [Int64]) -> Double { Double(values.sorted()[values.count / 2]) }

    private var total: Double { median(loads.map(\.totalNanoseconds)) }

    private var phases: [(String, Double)] {
        first.named.indices.map { index in (first.named[index].0, median(loads.map { $0.named[index].1 })) }
    }

    var json: JSON {
        .object([
            ("file", .text(path)), ("nanoseconds", .array(loads.map { .integer($0.totalNanoseconds) })),
            ("first_nanoseconds", .integer(first.totalNanoseconds)), ("peak_bytes", .integer(peakByteCount)),
            ("phases", .object(phases.map { ($0.0, .number($0.1)) })),
        ])
    }

    var text: String {
        let parts = phases.map { "\($0.0) \(Figure.fixed($0.1 / 1e6, 3))" }.joined(separator: ", ")
        return """
            \(path): \(Figure.fixed(total / 1e6, 3)) ms (\(parts)); first load \
            \(Figure.fixed(Double(first.totalNanoseconds) / 1e6, 3)) ms, peak of memory \
            \(Figure.fixed(Double(peakByteCount) / 1e6, 1)) MB
            """
    }
}
