import HearthClient

/// Load on one model while its production pointer goes back and forth between two versions.
struct SwapRun {
    /// A call this close to an exchange belongs to its window.
    static let windowNanoseconds: UInt64 = 20_000_000

    let client: HearthClient
    let model: String
    let versions: [String]
    let rows: BenchRows
    let expected: [ExpectedAnswers]
    let rate: Double
    let closedLoopCount: Int

    func run(swapCount: Int, seconds: Double) throws -> SwapReport {
        let memory = try ServerMemory(socketPath: client.configuration.socketPath)
        let board = SwapBoard(swapCount: swapCount)
        let signal = LoadSignal()
        let interval = UInt64(1e9 / rate)
        let caller = { (interval: UInt64?) in
            SwapCaller(
                client: client, model: model, rows: rows, expected: expected, board: board, signal: signal,
                interval: interval)
        }
        let open = caller(interval)
        let closed = caller(nil)
        // Both versions have been loaded once by now, and the load's connections are about to be.
        if try client.get(model: model).served?.modelVersion != versions[0] {
            _ = try client.promote(model: model, version: versions[0], reason: "hearth bench swap")
        }
        var changes: [PointerChange] = []
        let before = memory.proportionalByteCount
        let results = try LoadThreads.run(count: 1 + closedLoopCount, signal: signal) { index in
            (index == 0 ? open : closed).run()
        } conductor: {
            let step = UInt64(seconds * 1e9 / Double(swapCount + 1))
            let start = Deadline.now()
            for swap in 1...swapCount {
                LoadClock.sleep(until: start + step * UInt64(swap) - Self.windowNanoseconds)
                board.openWindow(true)
                LoadClock.sleep(Self.windowNanoseconds)
                board.begin(swap: swap)
                changes.append(
                    try client.promote(
                        model: model, version: versions[swap % versions.count], reason: "hearth bench swap"))
                LoadClock.sleep(Self.windowNanoseconds)
                board.openWindow(false)
            }
            LoadClock.sleep(until: start + UInt64(seconds * 1e9))
        }
        var total = SwapCaller.Result(versionCount: versions.count)
        for result in results { total.add(result) }
        var delays: [Int64] = []
        for (index, change) in changes.enumerated() {
            guard let first = board.firstAnswer(swap: index + 1) else { continue }
            delays.append(first - change.changedAtMicroseconds)
        }
        return SwapReport(
            model: model, versions: versions, swapCount: changes.count, result: total, delays: delays.sorted(),
            memoryBefore: before, memoryAfter: memory.proportionalByteCount)
    }
}
