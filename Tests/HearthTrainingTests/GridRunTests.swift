import Foundation
import HearthCore
import HearthMarket
import HearthTestSupport
import HearthTraining
import Testing

@Suite struct GridRunTests {
    let fixture: BarsFixture

    init() throws { fixture = try BarsFixture(count: 900) }

    private func request(
        _ classifier: Classifier = BarsFixture.forest,
        axes: [GridAxis] = [
            GridAxis(parameter: "max_depth", values: [2, 5]),
            GridAxis(parameter: "n_estimators", values: [5, 10, 20]),
        ]
    ) throws -> GridRequest {
        GridRequest(
            training: try fixture.request(classifier), axes: axes, foldCount: 3, testBarCount: 120,
            outputFolder: fixture.training.folder.file("."))
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fixture.training.folder.file(".")).filter {
            $0.contains("grid_results")
        }
    }

    private let clock: @Sendable () -> Timestamp = { Timestamp(microseconds: 1_700_000_000_123_000) }

    @Test func `R153: a table has a row per combination, with its folds and their mean`() throws {
        let report = try GridRun(request(), clock: clock).run()
        #expect(report.path.hasSuffix("/rf_grid_results_BTC-USDT_1h_20231114_221320_123.csv"))
        let text = try String(contentsOfFile: report.path, encoding: .utf8)
        let rows = text.split(whereSeparator: \.isNewline)
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        let header = rows[0]
        #expect(header.prefix(4) == ["combination", "max_depth", "n_estimators", "mean_log_loss"])
        #expect(rows.count == 7 && rows.allSatisfy { $0.count == header.count })
        #expect(
            rows.dropFirst().map { [$0[1], $0[2]] }
                == [
                    ["2", "5"], ["2", "10"], ["2", "20"], ["5", "5"], ["5", "10"], ["5", "20"],
                ])
        for row in rows.dropFirst() {
            func number(_ column: String) throws -> Double {
                let index = try #require(header.firstIndex(of: column))
                return try #require(Double(row[index]))
            }
            for measure in ["log_loss", "roc_auc", "cum_return"] {
                let folds = try (1...3).map { try number("fold_\($0)_\(measure)") }
                #expect((try number("mean_\(measure)") - folds.reduce(0, +) / 3).magnitude < 1e-12)
            }
        }
        let losses = report.results.compactMap { $0.mean("log_loss") }
        #expect(losses.count == 6 && report.best?.mean("log_loss") == losses.min())
        #expect(try files().count == 1, "the partial file has become the table")
    }

    @Test func `a fold of the grid is a training on the bars before its test`() throws {
        let report = try GridRun(
            request(axes: [GridAxis(parameter: "max_depth", values: [5])]), clock: clock
        ).run()
        // The last fold by hand.
        let training = try fixture.request(
            BarsFixture.forest, windows: TrainingWindows(testStart: fixture.bars[780].openTime))
        let model = try BarsTrainer(training).train()
        let found = report.results[0].folds[2]
        // A training knows no bar after its test, the folds before the last one do: the same for the last one.
        #expect(found["log_loss"] == model.metrics["log_loss"])
        #expect(found["cum_return"] == model.metrics["cum_return"])
    }

    @Test func `the same grid gives the same table, byte for byte`() throws {
        let first = try GridRun(request(BarsFixture.boosting, axes: [GridAxis(parameter: "gamma", values: [0, 1])]))
            .run()
        let second = try GridRun(request(BarsFixture.boosting, axes: [GridAxis(parameter: "gamma", values: [0, 1])]))
            .run()
        #expect(first.path != second.path || first.results == second.results)
        #expect(first.results == second.results)
    }

    @Test func `a stop leaves whole rows under the partial name, and no table`() throws {
        let stop = StopFlag()
        let control = TrainingControl(stop: stop) { progress in
            if progress.step == .fitting, progress.done == 7 { stop.stop() }
        }
        let error = #expect(throws: TrainingError.self) { try GridRun(request(), clock: clock).run(control: control) }
        #expect(error?.code == .stopped)
        let names = try files()
        #expect(names == ["rf_grid_results_BTC-USDT_1h_20231114_221320_123.csv.partial"])
        let text = try String(
            contentsOfFile: fixture.training.folder.file(try #require(names.first)), encoding: .utf8)
        // 7 folds of 3 each are two whole combinations.
        #expect(text.last?.isNewline == true)
        let lines = text.split(whereSeparator: \.isNewline)
        #expect(lines.count == 3)
        #expect(Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }).count == 1)
    }

    @Test func `a combination that gives no model says why in its row, and the others go on`() throws {
        let learner = Classifier.logisticRegression(LogisticParameters(maxIterations: 3))
        let report = try GridRun(
            request(learner, axes: [GridAxis(parameter: "C", values: [1e6, 1e-6])]), clock: clock
        ).run()
        #expect(report.results[0].error?.contains("has not converged after 3 iterations") == true)
        #expect(report.results[1].error == nil && report.best?.number == 2)
    }

    @Test(arguments: [
        ([], "a grid needs at least one parameter with values"),
        ([GridAxis(parameter: "depth", values: [1])], "a random_forest has no parameter 'depth'"),
        ([GridAxis(parameter: "max_depth", values: [1.5])], "max_depth is 1.5, expected a whole number"),
        ([GridAxis(parameter: "max_depth", values: [99])], "max_depth is 99, expected 1 to 20"),
        ([GridAxis(parameter: "max_depth", values: [])], "max_depth has no value, or one twice"),
        (
            [GridAxis(parameter: "max_depth", values: [2]), GridAxis(parameter: "max_depth", values: [3])],
            "a parameter is given twice"
        ),
    ])
    func `a grid that cannot be is refused before anything is written`(axes: [GridAxis], message: String) throws {
        let error = #expect(throws: TrainingError.self) { try GridRun(request(axes: axes)).run() }
        #expect(error?.code == .badParameter && error?.message == message)
        #expect(try files().isEmpty)
    }

    @Test func `a table that is there is not written over`() throws {
        let request = try request(axes: [GridAxis(parameter: "max_depth", values: [2])])
        let first = try GridRun(request, clock: clock).run()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: first.path))
        let error = #expect(throws: TrainingError.self) { try GridRun(request, clock: clock).run() }
        #expect(error?.code == .unwritableFile && error?.message == "is there already")
        #expect(try Data(contentsOf: URL(fileURLWithPath: first.path)) == bytes)
    }
}
