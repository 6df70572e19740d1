import HearthCore
import HearthMarket

/// Runs the same bars through the engine in several ways and holds the logs against each other.
package struct ParityRun {
    /// One way and where its signals are.
    package struct Way: Sendable {
        package var name: String
        package var log: String
    }

    private let data: String
    private let folder: String
    private let makeEngine: () -> StrategyEngine

    /// A comparison over the bars of `data`, with its logs in `folder`, which exists.
    package init(data: String, folder: String, makeEngine: @escaping () -> StrategyEngine) {
        self.data = data
        self.folder = folder
        self.makeEngine = makeEngine
    }

    /// The bars read whole, one after the other into the engine: what a backtest does.
    package func whole(_ name: String, by scorer: any Scorer) throws(StrategyError) -> Way {
        let way = Way(name: name, log: "\(folder)/\(name).ndjson")
        let log = try SignalLog(path: way.log)
        var engine = makeEngine()
        let bars: [Bar]
        do throws(MarketError) {
            bars = try BarFile.read(data, timeframe: engine.strategy.timeframe).bars
        } catch {
            throw StrategyError(.badFeed, "the bars cannot be read: \(error)", cause: error)
        }
        for bar in bars {
            if let record = engine.take(bar, by: scorer) { try log.append(record) }
        }
        return way
    }

    /// A run over the file, as `hearth live` replays it.
    package func replay(_ name: String, by scorer: any Scorer) throws(StrategyError) -> Way {
        try run(name, LiveOptions(source: .file(data)), scorer)
    }

    /// A run over a socket that sends the file in pieces of random sizes.
    ///
    /// - Parameters:
    ///   - seed: of the pieces; nil for one piece.
    ///   - connectionCount: how often the file is sent, each time from its beginning.
    package func socket(
        _ name: String, seed: UInt64?, connectionCount: Int = 1, by scorer: any Scorer
    ) throws(StrategyError) -> Way {
        let path = "\(folder)/\(name).sock"
        let publisher = try BarPublisher(file: data, path: path, seed: seed)
        let thread: SystemThread
        do throws(SystemError) {
            thread = try SystemThread(name: "publisher") { publisher.run(connectionCount: connectionCount) }
        } catch {
            throw StrategyError(.system, "no thread to send the bars: \(error)", cause: error)
        }
        defer {
            publisher.stop()
            thread.join()
        }
        var options = LiveOptions(source: .socket(path))
        options.clock = .replay
        options.connectionCountMax = connectionCount
        return try run(name, options, scorer)
    }

    private func run(_ name: String, _ options: LiveOptions, _ scorer: any Scorer) throws(StrategyError) -> Way {
        let way = Way(name: name, log: "\(folder)/\(name).ndjson")
        let log = try SignalLog(path: way.log)
        try LiveRun(engine: makeEngine(), scorer: scorer, options: options) { record throws(StrategyError) in
            try log.append(record)
        }.run()
        return way
    }
}
