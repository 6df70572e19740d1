import HearthCore

/// What happened to the calls while versions were exchanged.
struct SwapReport {
    let model: String
    let versions: [String]
    let swapCount: Int
    let result: SwapCaller.Result
    /// Microseconds from each commit to the first answer of the new version, ascending.
    let delays: [Int64]
    /// Bytes of memory of the server; nil where this user may not see them.
    let memoryBefore: Int?
    let memoryAfter: Int?

    private var callCount: Int { result.answers.reduce(0, +) + result.inconsistent + result.failed }

    /// Why the run does not count as clean; nil when it does.
    var problem: String? {
        if result.failed > 0 { return "\(result.failed) calls failed: \(result.firstFailure ?? "")" }
        if result.inconsistent > 0 { return "\(result.inconsistent) answers are not those of the version they name" }
        if delays.count < swapCount {
            return "\(swapCount - delays.count) of \(swapCount) exchanges were never seen in an answer"
        }
        return nil
    }

    private var tailRatio: Double {
        Double(result.near.percentile(99)) / Double(max(1, result.between.percentile(99)))
    }

    var text: String {
        var answers = TextTable("ANSWERED BY", "CALLS")
        for (version, count) in zip(versions, result.answers) { answers.add(version, "\(count)") }
        var latency = TextTable(headings: [""] + LatencyHistogram.headings)
        latency.add(cells: ["within 20 ms of a swap"] + result.near.cells)
        latency.add(cells: ["between"] + result.between.cells)
        let memory =
            if let memoryBefore, let memoryAfter {
                "server memory (PSS): \(ByteCount(memoryBefore)) before, \(ByteCount(memoryAfter)) after"
            } else {
                "server memory: not visible to this user"
            }
        return """
            \(model): \(swapCount) swap\(swapCount == 1 ? "" : "s") under load

            calls \(callCount), failed \(result.failed), inconsistent \(result.inconsistent)

            \(answers.text)

            \(latency.text)

            p99 near swaps is \(Figure.fixed(tailRatio, 2)) x between; worst call near a swap \
            \(Figure.microseconds(result.near.max)) us
            commit to first new answer: \(delayText)
            \(memory)
            """
    }

    private var delayText: String {
        guard let first = delays.first, let last = delays.last else { return "never seen" }
        func milliseconds(_ value: Int64) -> String { "\(Figure.fixed(Double(value) / 1000, 2)) ms" }
        guard delays.count > 1 else { return milliseconds(first) }
        return "min \(milliseconds(first)), median \(milliseconds(delays[delays.count / 2])), max \(milliseconds(last))"
    }

    var json: JSON {
        .object([
            ("model", .text(model)), ("swaps", .integer(swapCount)), ("calls", .integer(callCount)),
            ("failed", .integer(result.failed)), ("inconsistent", .integer(result.inconsistent)),
            ("answers", .object(zip(versions, result.answers).map { ($0, .integer($1)) })),
            ("near_swap", .object(result.near.json)), ("between", .object(result.between.json)),
            ("p99_ratio", .number(tailRatio)),
            (
                "commit_to_first_answer_us",
                .object([
                    ("min", delays.first.map(JSON.integer) ?? .null),
                    ("median", delays.isEmpty ? .null : .integer(delays[delays.count / 2])),
                    ("max", delays.last.map(JSON.integer) ?? .null),
                ])
            ),
            ("server_pss_before_bytes", memoryBefore.map(JSON.integer) ?? .null),
            ("server_pss_after_bytes", memoryAfter.map(JSON.integer) ?? .null),
        ])
    }
}
