import HearthCore
package import HearthMarket

/// A run of the live engine: a feed's bars go through the ``StrategyEngine``, its signals into the log, its state to a
/// file and a socket. The thin edge around the pure core; everything but the engine's socket is on the caller's thread.
///
/// A signal counts once its record is in the log: when that fails the run ends. What was decided is read from the log
/// at the start, so no bar gets a second record, however often the engine, the feed or the server is started anew.
package final class LiveRun {
    private var engine: StrategyEngine
    private let scorer: any Scorer
    private var shadow: ShadowTrader?
    private let options: LiveOptions
    private let record: (SignalRecord) throws(StrategyError) -> Void
    private let note: (String) -> Void
    private let wake: WakePipe
    private let control: ControlServer?
    private var decoder: BarDecoder
    private var lastPublished: MonotonicTime?
    private var isHaltFileMade = false
    private var notedProblem: String?
    /// What the run has done so far.
    package private(set) var tally = LiveTally()

    /// How long one wait for the feed takes at most: a halt file or a wish to stop is seen at least so often.
    private static let tickMilliseconds = 100

    /// Sets a run up; nothing is read yet.
    ///
    /// - Parameters:
    ///   - hasLog: whether the engine goes on after a record; without one, a run by the wall clock takes bars from
    ///     before its start as history.
    ///   - record: puts a signal where it counts, such as ``SignalLog/append(_:)``.
    ///   - note: tells a person what happens, one line each.
    /// - Throws: ``StrategyError`` when the engine's socket cannot be opened.
    package init(
        engine: StrategyEngine, scorer: any Scorer, shadow: ShadowTrader? = nil, options: LiveOptions,
        record: @escaping (SignalRecord) throws(StrategyError) -> Void, note: @escaping (String) -> Void = { _ in }
    ) throws(StrategyError) {
        self.engine = engine
        self.scorer = scorer
        self.shadow = shadow
        self.options = options
        self.record = record
        self.note = note
        let pipe: WakePipe
        do throws(SystemError) {
            pipe = try WakePipe()
        } catch {
            throw StrategyError(.system, "the engine cannot be set up: \(error)", cause: error)
        }
        control = try options.controlSocket.map { path throws(StrategyError) in
            try ControlServer(path: path, wake: pipe)
        }
        wake = pipe
        let clock: (@Sendable () -> Timestamp)? = options.clock == .wall ? { @Sendable in Timestamp.now() } : nil
        decoder = BarDecoder(
            timeframe: engine.strategy.timeframe, path: options.source.description, clock: clock)
    }

    /// How the shadow compares; nil without one.
    package var shadowReport: PairedReport? { shadow?.report }
    /// What was wrong with the feed's lines.
    package var report: BarReport { decoder.report }
    /// The engine as it stands.
    package var state: EngineStateMachine { engine.machine }
    /// The paper account as it stands.
    package var account: EquityAccount { engine.broker.account }

    /// Runs until the feed ends or `stop` says so; publishes the last snapshot in any case.
    ///
    /// Throws ``StrategyError`` when the feed cannot be read or a signal cannot be logged.
    package func run(stop: () -> Bool = { false }) throws(StrategyError) {
        defer {
            publish(isRunning: false)
            control?.close()
        }
        try control?.start()
        begin()
        var feed = try FeedStream(options.source, connectionCountMax: options.connectionCountMax, wake: wake)
        publish(isRunning: true)
        while !stop() {
            attend()
            switch try feed.next(milliseconds: Self.tickMilliseconds) {
            case .bytes(let bytes): try take(bytes, &feed, stop)
            case .restarted: decoder.restart()
            case .nothing: publishIfDue()
            case .ended:
                try takeBars(stop) { decoder throws(MarketError) in try decoder.finish() }
                return
            }
        }
    }

    private func begin() {
        if options.clock == .wall, engine.lastDecided == nil {
            let deadline = engine.limits.deadline(barMicroseconds: engine.strategy.timeframe.microseconds)
            let start = Timestamp(
                microseconds: Timestamp.now().microseconds - deadline.components.seconds * 1_000_000)
            engine.skip(through: start)
            shadow?.skip(through: start)
        }
        do throws(ScoringFailure) {
            try engine.prepare(by: scorer, within: engine.limits.deadlineMax)
        } catch {
            noteProblem(error.description)
        }
        if let model = engine.strategy.model, model.isArchived {
            note("warning: the pinned model '\(model.modelID)' is archived; it decides because it is pinned")
        }
    }

    /// Looks at the halt file and at what callers want.
    private func attend() {
        if let path = options.haltFile {
            let exists = StateFile.exists(path)
            if exists, !isHaltFileMade {
                engine.halt()
                noteTransition()
                publish(isRunning: true)
            }
            isHaltFileMade = exists
        }
        control?.carryOutWishes { command in
            switch command {
            case .halt: halt()
            case .resume: resume()
            }
            noteTransition()
            publish(isRunning: true)
        }
    }

    private func halt() {
        engine.halt()
        guard let path = options.haltFile else { return }
        do throws(SystemError) {
            try StateFile.replace(path, with: Array("halted by hearth live halt\n".utf8))
            isHaltFileMade = true
        } catch {
            note("warning: the halt does not outlast a restart: \(error)")
        }
    }

    private func resume() {
        do throws(SystemError) {
            if let path = options.haltFile { try StateFile.remove(path) }
            isHaltFileMade = false
            engine.resume()
        } catch {
            note("not resumed, the halt file cannot be removed: \(error)")
        }
    }

    private func take(_ bytes: [UInt8], _ feed: inout FeedStream, _ stop: () -> Bool) throws(StrategyError) {
        do throws(StrategyError) {
            try takeBars(stop) { decoder throws(MarketError) in try decoder.push(bytes) }
        } catch {
            // A publisher that sends no bars may be another one at the next connection; any other feed stays as it is.
            guard case .socket = options.source, error.code == .badFeed else { throw error }
            noteProblem(error.description)
            decoder.restart()
            feed.disconnect()
        }
    }

    private func takeBars(
        _ stop: () -> Bool, _ decode: (inout BarDecoder) throws(MarketError) -> [Bar]
    ) throws(StrategyError) {
        let arrived = MonotonicTime.now()
        let bars: [Bar]
        do throws(MarketError) {
            bars = try decode(&decoder)
        } catch {
            throw StrategyError(.badFeed, "the feed \(options.source) is none: \(error)", cause: error)
        }
        for bar in bars {
            guard !stop() else { return }
            attend()
            switch options.clock {
            case .replay:
                let began = MonotonicTime.now()
                try take(bar) { began.elapsed }
            case .wall:
                // Whichever is later: the bar's turn counted from its arrival, or the wall clock from its close.
                let late = Timestamp.now().microseconds - bar.closeTime.microseconds
                let offset = Duration.microseconds(max(0, late)) - arrived.elapsed
                try take(bar) { max(.zero, offset) + arrived.elapsed }
            }
            pace()
        }
    }

    private func take(_ bar: Bar, elapsed: () -> Duration) throws(StrategyError) {
        let began = MonotonicTime.now()
        guard var signal = engine.take(bar, by: scorer, elapsed: elapsed) else {
            tally.historyCount += 1
            shadow?.take(bar, beside: nil, elapsed: elapsed)
            return
        }
        let nanoseconds = MonotonicTime.now() - began
        if options.clock == .wall { signal.latencyMicroseconds = Double(nanoseconds) / 1000 }
        try record(signal)
        let lastTrained = engine.strategy.model?.card.lastTrained
        tally.count(
            signal, nanoseconds: nanoseconds, isTrained: lastTrained.map { signal.closeTime <= $0 } ?? false)
        noteTransition()
        noteProblem(engine.problem)
        shadow?.take(bar, beside: signal, elapsed: { .zero })
        publishIfDue()
    }

    private func pace() {
        guard let rate = options.barsPerSecond else { return }
        let due = MonotonicTime.now().advanced(byNanoseconds: Int64(1e9 / rate))
        while true {
            let left = due - MonotonicTime.now()
            guard left > 0 else { return }
            _ = wake.wait(for: -1, milliseconds: Int(left / 1_000_000) + 1)
            attend()
        }
    }

    private func noteTransition() {
        guard let transition = engine.transition else { return }
        let reasons = engine.machine.reasons.map(\.rawValue).joined(separator: ", ")
        note("\(transition.from.rawValue) -> \(transition.to.rawValue)\(reasons.isEmpty ? "" : ": \(reasons)")")
        engine.forgetTransition()
    }

    private func noteProblem(_ problem: String?) {
        guard problem != notedProblem else { return }
        notedProblem = problem
        if let problem { note(problem) }
    }

    private func publishIfDue() {
        let isDue = lastPublished.map { $0.elapsed >= options.snapshotInterval } ?? true
        guard isDue || control?.hasFollowers == true else { return }
        publish(isRunning: true, toFile: isDue)
    }

    private func publish(isRunning: Bool, toFile: Bool = true) {
        guard options.snapshotFile != nil || control != nil else { return }
        let snapshot = LiveSnapshot(
            at: .now(), source: options.source, isRunning: isRunning, report: decoder.report)
        let line = snapshot.line(engine, tally, shadow?.report)
        control?.publish(line)
        guard toFile else { return }
        lastPublished = .now()
        guard let path = options.snapshotFile else { return }
        do throws(SystemError) {
            try StateFile.replace(path, with: line)
        } catch {
            // The run goes on: signals do not depend on who watches.
            noteProblem("the snapshot cannot be written: \(error)")
        }
    }
}
