import Foundation
import HearthClient
import HearthCore
import HearthMarket
import HearthRegistry
import HearthStrategy
import HearthTestSupport
import Synchronization
import Testing

/// Runs against the real server over its socket.
struct ServerRunTests {
    private let shelf: TradingShelf

    init() throws {
        shelf = try TradingShelf()
    }

    private func replay(
        _ engine: StrategyEngine, _ scorer: any Scorer, bars: Int,
        after record: @escaping (SignalRecord) -> Void = { _ in }
    ) throws -> [SignalRecord] {
        let data = try shelf.write(TradingShelf.bars(bars))
        var records: [SignalRecord] = []
        let run = try LiveRun(
            engine: engine, scorer: scorer, options: LiveOptions(source: .file(data)),
            record: {
                records.append($0)
                record($0)
            })
        try run.run()
        #expect(run.report.barCount == run.tally.signalCount + run.tally.historyCount)
        return records
    }

    @Test func `backtest, replay, socket feed and random pieces write the same bytes, in process and through hearthd`()
        throws
    {
        _ = try shelf.publish(seed: 1, promotes: true)
        let server = try ServerProcess(shelf)
        let inProcess = try shelf.scorer()
        let engine = try shelf.engine()
        let run = ParityRun(
            data: try shelf.write(TradingShelf.bars(400)), folder: shelf.folder.path, makeEngine: { engine })
        let choice = ProductionModel.auto(name: shelf.name.text)
        let ways = try [
            run.whole("backtest", by: inProcess), run.replay("replay", by: inProcess),
            run.socket("pieces-1", seed: 1, by: inProcess), run.socket("pieces-2", seed: 2, by: inProcess),
            run.socket("twice", seed: 3, connectionCount: 2, by: inProcess),
            run.socket("whole", seed: nil, by: inProcess),
            run.replay("server", by: SocketScorer(choice, client: server.client())),
            run.socket("server-pieces", seed: 4, by: SocketScorer(choice, client: server.client())),
        ]
        let expected = try Data(contentsOf: URL(fileURLWithPath: ways[0].log))
        #expect(expected.count > 400 * 200)
        for way in ways {
            #expect(try SignalParity(ways[0].log, way.log).difference == nil, "\(way.name)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: way.log)) == expected, "\(way.name)")
        }
        let records = try #require(String(data: expected, encoding: .utf8)).split(separator: "\n")
        #expect(records.contains { $0.contains("\"decision\":\"long\"") })
        #expect(records.contains { $0.contains("\"decision\":\"short\"") })
    }

    @Test func `promotions in the run change the model between bars only, and no bar is missed`() throws {
        let one = try shelf.publish(seed: 1, promotes: true)
        let other = try shelf.publish(seed: 2, lags: [1, 2])
        let third = try shelf.publish(seed: 3, lags: [5, 1, 3])
        let server = try ServerProcess(shelf)
        let admin = server.client()
        let order = [other, third, one, third, other, one]
        let records = try replay(
            shelf.engine(), SocketScorer(.auto(name: shelf.name.text), client: server.client()), bars: 400
        ) { record in
            guard record.sequence % 50 == 49, record.sequence / 50 < order.count else { return }
            let next = order[record.sequence / 50]
            do {
                // Forced: the gates refuse a model with another number of columns.
                _ = try admin.promote(
                    model: shelf.name.text, version: next.text, reason: "test", force: true)
            } catch {
                Issue.record(error)
            }
        }
        #expect(records.count == 400)
        #expect(records.map(\.sequence) == Array(0..<400))
        let answered = records.filter { $0.state == "live" }
        #expect(answered.count >= 390)
        #expect(Set(answered.compactMap(\.usedModelID)) == [one.text, other.text, third.text])
        // Every score is that of the model that the record names, and of no other.
        for id in [one, other, third] {
            let scorer = try shelf.scorer(.pinned(modelID: id.text))
            var engine = try shelf.engine()
            let alone = TradingShelf.bars(400).compactMap { engine.take($0, by: scorer) }
            for record in answered where record.usedModelID == id.text {
                #expect(record.score == alone[record.sequence].score)
                #expect(record.featuresHash == alone[record.sequence].featuresHash)
            }
        }
        let generations = answered.compactMap(\.generation)
        #expect(generations == generations.sorted())
        #expect(generations.last == 7)
    }

    @Test func `two restarts of the server in the run miss no bar and repeat none`() throws {
        _ = try shelf.publish(seed: 1, promotes: true)
        let servers = Mutex([try ServerProcess(shelf)])
        let client = servers.withLock { $0[0].client() }
        let starters = Mutex<[SystemThread]>([])
        let shelf = shelf
        let records = try replay(
            shelf.engine(), SocketScorer(.auto(name: shelf.name.text), client: client), bars: 300
        ) { record in
            guard record.sequence == 100 || record.sequence == 200 else { return }
            servers.withLock { $0.last?.stop() }
            do {
                // Starts while the engine asks already.
                let starter = try SystemThread(name: "restart") {
                    do {
                        let server = try ServerProcess(shelf)
                        servers.withLock { $0.append(server) }
                    } catch {
                        Issue.record(error)
                    }
                }
                starters.withLock { $0.append(starter) }
            } catch {
                Issue.record(error)
            }
        }
        for starter in starters.withLock({ $0 }) { starter.join() }
        #expect(servers.withLock { $0.count } == 3)
        let scorer = try shelf.scorer()
        var engine = try shelf.engine()
        #expect(records == TradingShelf.bars(300).compactMap { engine.take($0, by: scorer) })
    }

    @Test func `a server that stays away is flat, then halted, and every bar still has its record`() throws {
        _ = try shelf.publish(seed: 1, promotes: true)
        let server = try ServerProcess(shelf)
        var limits = TradingShelf.limits
        limits.deadlineMax = .seconds(1)
        limits.errorsInRowMax = 3
        // The first answer waits for the server's start.
        _ = try server.client().list()
        let records = try replay(
            shelf.engine(limits), SocketScorer(.auto(name: shelf.name.text), client: server.client()), bars: 30
        ) { if $0.sequence == 9 { server.stop() } }
        #expect(records.count == 30)
        #expect(records[9].state == "live")
        #expect(records[10...11].allSatisfy { $0.state == "degraded" && $0.decision == .flat })
        #expect(records[12].state == "halted")
        #expect(records[12].reasons.contains("errors_in_row"))
        #expect(records[13...].allSatisfy { $0.state == "halted" && $0.decision == .flat })
    }

    @Test func `a pinned version decides though another is in production, also when it is archived (R157, C19)`() throws
    {
        let pinned = try shelf.publish(seed: 1)
        let production = try shelf.publish(seed: 2, promotes: true)
        _ = try shelf.store.archive(pinned, actor: "test", reason: "")
        let server = try ServerProcess(shelf)
        let scorer = SocketScorer(.pinned(modelID: pinned.text), client: server.client())
        let records = try replay(shelf.engine(), scorer, bars: 20)
        #expect(Set(records.compactMap(\.usedModelID)) == [pinned.text])
        #expect(try scorer.model(within: .seconds(5)).isArchived)
        let auto = try replay(
            shelf.engine(), SocketScorer(.auto(name: shelf.name.text), client: server.client()), bars: 20)
        #expect(Set(auto.compactMap(\.usedModelID)) == [production.text])
    }

    @Test func `no model, and a model without a card, are flat`() throws {
        let server = try ServerProcess(shelf)
        let missing = try replay(
            shelf.engine(), SocketScorer(.auto(name: shelf.name.text), client: server.client()), bars: 5)
        #expect(missing.allSatisfy { $0.reasons == ["no_model"] && $0.decision == .flat })
        let bare = try shelf.publish(seed: 1, hasCard: false)
        let unusable = try replay(
            shelf.engine(), SocketScorer(.pinned(modelID: bare.text), client: server.client()), bars: 5)
        #expect(unusable.allSatisfy { $0.reasons == ["model_unusable"] && $0.decision == .flat })
    }

    @Test func `a card with other features than the served model takes is a schema mismatch`() throws {
        let wrong = try shelf.publish(seed: 1, lags: [1, 2], card: TradingShelf.card(lags: [1, 2, 3]), promotes: true)
        let server = try ServerProcess(shelf)
        let records = try replay(
            shelf.engine(), SocketScorer(.auto(name: shelf.name.text), client: server.client()), bars: 5)
        #expect(records.allSatisfy { $0.reasons == ["schema_mismatch"] && $0.decision == .flat })
        #expect(throws: StrategyError.self) { _ = try shelf.scorer(.pinned(modelID: wrong.text)) }
    }
}
