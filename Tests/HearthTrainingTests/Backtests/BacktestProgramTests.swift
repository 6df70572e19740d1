import Foundation
import HearthArtifacts
import HearthCore
import HearthMarket
import HearthStrategy
import HearthTestSupport
import HearthTraining
import Testing

/// `hearth-trainer backtest` and `compare` (R120, R145, R146).
struct BacktestProgramTests {
    private let fixture: BarsFixture
    private let report: BarsTrainingReport
    private let path: String

    init() throws {
        fixture = try BarsFixture()
        report = try fixture.run(fixture.request(), promote: true)
        path = try fixture.write(fixture.bars)
    }

    private func run(_ arguments: String..., data: String? = nil) throws -> ProgramRun {
        try ProgramRun(
            trainer: arguments + ["--data", data ?? path, "--models-dir", fixture.directory.path]
                + ["--fee-bps", "1", "--slippage-bps", "1"])
    }

    @Test func `R145: a backtest over the unseen bars gives what the training measured, to the last bit`() throws {
        let run = try run("backtest", "gradient_boosting.BTC-USDT.1h", "--unseen", "--json")
        try #require(run.status == 0, "\(run.errors)")
        let expected = try #require(report.model.test.backtest)
        for (name, value) in expected.metrics {
            #expect(run.members[name]?.double == value.double, "\(name)")
            #expect(run.members[name] != nil, "\(name)")
        }
        for name in ["precision_1", "recall_0", "f1_1", "log_loss", "brier"] {
            let trained = report.model.test.classification.metrics[name]
            #expect(try run.members["label_\(name)"]?.double == #require(trained?.double), "\(name)")
        }
        #expect(run.members["model_id"] == .string(report.modelID.text))
        #expect(run.members["trained_bars"] == .integer(0))
    }

    @Test func `R145: its files are the measures, the equity curve, the picture and the engine's own signals`() throws {
        let folder = fixture.training.folder.file("output")
        let run = try run("backtest", report.modelID.text, "--output", folder)
        try #require(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("bars are no later than the last that was learned from: they flatter the model"))
        #expect(run.output.contains("written: \(folder)/metrics.csv, equity.csv, equity.svg, signals.ndjson"))
        let scorer = try ServableScorer(
            .pinned(modelID: report.modelID.text), directory: fixture.directory, store: fixture.registry)
        let expected = try StrategyBacktest.run(
            bars: fixture.bars, measured: 0..<1200, scorer: scorer, limits: .none,
            costs: TradeCosts(feeBasisPoints: 1, slippageBasisPoints: 1))
        func file(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }
        #expect(try file("signals.ndjson") == String(decoding: expected.log, as: UTF8.self))
        #expect(try file("equity.csv") == expected.backtest.curve.csv)
        #expect(try file("equity.svg").hasPrefix("<svg "))
        #expect(try file("metrics.csv").contains("\nmax_drawdown,\(expected.backtest.measures.maxDrawdown)\n"))
    }

    @Test func `models from shuffled labels stand beside, the same ones for the same seed`() throws {
        let one = try run("backtest", report.modelID.text, "--unseen", "--shuffled", "3", "--json")
        try #require(one.status == 0, "\(one.errors)")
        #expect(try run("backtest", report.modelID.text, "--unseen", "--shuffled", "3", "--json").output == one.output)
        guard case .object(let shuffled)? = one.members["shuffled"], case .array(let returns)? = shuffled["cum_return"]
        else {
            Issue.record("no shuffled models: \(one.output)")
            return
        }
        #expect(returns.count == 3)
        #expect(shuffled["seed"] == .array([.integer(1), .integer(2), .integer(3)]))
        let text = try run("backtest", report.modelID.text, "--unseen", "--shuffled", "3").output
        #expect(text.contains("of 3 models that learned from labels in random order earned at least as much."))
    }

    @Test func `R120, R146: a version is compared with the one in production over the same bars`() throws {
        let other = try fixture.run(fixture.request(BarsFixture.logistic))
        let production = "gradient_boosting.BTC-USDT.1h"
        let compared = try run("compare", other.modelID.text, production, "--unseen", "--json")
        try #require(compared.status == 0, "\(compared.errors)")
        guard case .object(let first)? = compared.members["first"],
            case .object(let second)? = compared.members["second"],
            case .object(let mean)? = compared.members["mean_return_difference"]
        else {
            Issue.record("no comparison: \(compared.output)")
            return
        }
        #expect(first["model_id"] == .string(other.modelID.text))
        #expect(second["cum_return"] == report.model.test.backtest?.metrics["cum_return"])
        let (low, estimate, high) = (mean["low"]?.double, mean["estimate"]?.double, mean["high"]?.double)
        #expect(try #require(low) < #require(estimate))
        #expect(try #require(estimate) < #require(high))
    }

    @Test func `R120: a model compared with itself is not told apart`() throws {
        let compared = try run("compare", report.modelID.text, report.modelID.text, "--json")
        try #require(compared.status == 0, "\(compared.errors)")
        #expect(compared.members["is_clear"] == .bool(false))
        #expect(compared.members["bars_first_better"] == .integer(0))
        let text = try run("compare", report.modelID.text, report.modelID.text).output
        #expect(text.contains("do not tell"))
        #expect(text.contains("bars are no later than what it has learned from, and flatter it"))
    }

    @Test func `what cannot be measured is named, with the mend`() throws {
        let missing = try run("backtest", "nobody")
        #expect(missing.status == 1)
        #expect(missing.errors.contains("'nobody' is no version, and no model of that name has one in production"))

        let daily = fixture.training.folder.file("daily.csv")
        let days = (1...28).map { "2024-01-\($0 < 10 ? "0" : "")\($0),1,1,1,1,1\n" }
        try ("time,open,high,low,close,volume\n" + days.joined()).write(
            toFile: daily, atomically: true, encoding: .utf8)
        let wrong = try run("backtest", report.modelID.text, data: daily)
        #expect(wrong.status == 1)
        #expect(wrong.errors.contains("its bars last 1d, '\(report.modelID)' was trained on 1h"))

        let seen = try fixture.write(Array(fixture.bars.prefix(900)))
        let none = try run("backtest", report.modelID.text, "--unseen", data: seen)
        #expect(none.status == 1)
        #expect(none.errors.contains("of its bars come after what the model has learned from, expected at least 2"))
        #expect(try run("backtest", report.modelID.text, "--from", "soon", data: seen).status == 64)
        #expect(try run("compare", "a", "b", "--resamples", "3").status == 64)
        let unfair = try run("backtest", "a", "--shuffled", "3", "--limits", "live")
        #expect(unfair.status == 64)
        #expect(unfair.errors.contains("give --shuffled with --limits none"))
    }
}
