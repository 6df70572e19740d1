import Dispatch
import HearthClient
import HearthCore
import HearthMarket
import HearthRegistry
import HearthStrategy
import HearthTestSupport
import Synchronization
import Testing

/// Promotions all the while that bars are decided, and a server that dies twice.
struct SwapUnderFireTests {
    private static let barCount = 20_000
    private static let promotionCount = 200
    private static let kills = [7000, 14_000]

    private let shelf: TradingShelf

    init() throws {
        shelf = try TradingShelf()
    }

    /// Signals at bars, to a thread that acts on them while the engine goes on.
    private final class Cue: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)

        func give() { semaphore.signal() }
        func await() { semaphore.wait() }
    }

    @Test func `R156 R158: 200 promotions and two restarts over 20,000 bars: one model a bar, none missed, none twice`()
        throws
    {
        let models = [try shelf.publish(seed: 1, promotes: true), try shelf.publish(seed: 2, lags: [5, 2])]
        let servers = Mutex([try ServerProcess(shelf)])
        let client = servers.withLock { $0[0].client() }
        let (shelf, promotionCue, restartCue) = (shelf, Cue(), Cue())
        let promoter = try SystemThread(name: "promoter") {
            for number in 1...Self.promotionCount {
                promotionCue.await()
                Self.promote(models[number % 2], of: shelf.name, client)
            }
        }
        let restarter = try SystemThread(name: "restarter") {
            for _ in Self.kills {
                restartCue.await()
                servers.withLock { $0.last?.stop() }
                do {
                    let server = try ServerProcess(shelf)
                    servers.withLock { $0.append(server) }
                } catch {
                    Issue.record(error)
                }
            }
        }
        let bars = Self.bars()
        var records: [SignalRecord] = []
        let run = try LiveRun(
            engine: shelf.engine(), scorer: SocketScorer(.auto(name: shelf.name.text), client: client),
            options: LiveOptions(source: .file(try shelf.write(bars))),
            record: { record in
                records.append(record)
                if record.sequence % 99 == 98 { promotionCue.give() }
                if Self.kills.contains(record.sequence) { restartCue.give() }
            })
        do {
            // Whatever happens, nobody waits for a cue that does not come.
            defer {
                for _ in 0..<Self.promotionCount { promotionCue.give() }
                for _ in Self.kills { restartCue.give() }
            }
            try run.run()
        }
        restarter.join()
        promoter.join()

        // 0 missed, 0 twice.
        #expect(records.map(\.closeTime) == bars.map(\.closeTime))
        #expect(records.map(\.sequence) == Array(0..<Self.barCount))
        // A model for every bar after the warm-up, and its generation.
        let warm = try #require(records.firstIndex { $0.state == "live" })
        #expect(warm < 10)
        #expect(records[warm...].allSatisfy { $0.state == "live" && $0.source == "file" })
        let generations = records[warm...].compactMap(\.generation)
        #expect(generations.count == Self.barCount - warm && generations == generations.sorted())
        #expect(try shelf.store.productionPointer(of: shelf.name)?.generation == Int64(Self.promotionCount + 1))
        // Of 201 generations nearly all came to decide; the last ones may have come after the last bar.
        #expect(Set(generations).count > Self.promotionCount / 2)
        // Each score is that of the one model that its record names.
        for model in models {
            let scorer = try shelf.scorer(.pinned(modelID: model.text))
            var engine = try shelf.engine()
            let alone = bars.compactMap { engine.take($0, by: scorer) }
            let own = records[warm...].filter { $0.usedModelID == model.text }
            #expect(own.count > Self.barCount / 10)
            #expect(
                own.allSatisfy {
                    $0.score == alone[$0.sequence].score && $0.featuresHash == alone[$0.sequence].featuresHash
                })
        }
    }

    /// Prices that jump about 100 and stay there, so that the rows reach all leaves over any number of bars.
    private static func bars() -> [Bar] {
        var random = SplitMix64(seed: 11)
        var open = 100.0
        return (0..<barCount).map { index in
            let close = 100 * Double.random(in: 0.6...1.4, using: &random)
            defer { open = close }
            let start = Int64(index) * 900_000_000
            return Bar(
                openTime: Timestamp(microseconds: start), closeTime: Timestamp(microseconds: start + 900_000_000),
                open: open, high: max(open, close), low: min(open, close), close: close, volume: 1)
        }
    }

    /// Until it is done: a server that is killed meanwhile may have taken it or not.
    private static func promote(_ model: ModelID, of name: ModelName, _ client: HearthClient) {
        let deadline = MonotonicTime.now().advanced(byNanoseconds: 120_000_000_000)
        while MonotonicTime.now() < deadline {
            do {
                if try client.get(model: name.text).version?.modelVersion == model.text { return }
                _ = try client.promote(model: name.text, version: model.text)
                return
            } catch let error where error.code == .unavailable || error.code == .deadlineExceeded {
                continue
            } catch {
                Issue.record(error)
                return
            }
        }
        Issue.record("a promotion was not made within two minutes")
    }
}
