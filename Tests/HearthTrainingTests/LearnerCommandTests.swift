import Foundation
import HearthArtifacts
import HearthCore
import HearthRegistry
import HearthTestSupport
import Testing

/// `hearth-trainer train gradient-boosting` and its sisters, and `hearth-trainer grid`, as programs.
@Suite struct LearnerCommandTests {
    private let fixture: BarsFixture
    private let bars: String

    init() throws {
        fixture = try BarsFixture(count: 700)
        bars = try fixture.write(fixture.bars)
    }

    private func process(_ arguments: [String]) throws -> (process: Process, output: Pipe, errors: Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ProgramRun.path("hearth-trainer"))
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        return (process, output, errors)
    }

    private func run(_ arguments: [String]) throws -> ProgramRun { try ProgramRun(trainer: arguments) }

    private func train(_ learner: String, _ more: String...) -> [String] {
        [
            "train", learner, "--data", bars, "--symbol", "BTC/USDT", "--timeframe", "1h", "--models-dir",
            fixture.directory.path,
        ] + more
    }

    @Test(arguments: [
        ("gradient-boosting", "gradient_boosting"), ("random-forest", "random_forest"),
        ("logistic-regression", "logistic_regression"),
    ])
    func `a learner is trained and published from the command line`(learner: String, modelType: String) throws {
        let trained = try run(train(learner, "--json", "--status", "candidate", "--short", "0.45"))
        try #require(trained.status == 0, "\(trained.errors)")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(trained.output.utf8)) as? [String: Any])
        #expect(report["name"] as? String == "\(modelType).BTC-USDT.1h")
        #expect(report["status"] as? String == "candidate")
        let versions = try fixture.registry.versions(of: nil, limit: 10)
        #expect(versions.map(\.modelID.text) == [report["model_id"] as? String])
        #expect(versions.map(\.status) == [.candidate])
        let index = try String(contentsOfFile: "\(fixture.directory.path)/registry_index.csv", encoding: .utf8)
        #expect(index.contains(",BTC/USDT,1h,\(modelType),"))
    }

    @Test func `what a person reads names the windows, the measures and the model`() throws {
        let trained = try run(train("gradient-boosting", "--promote"))
        try #require(trained.status == 0, "\(trained.errors)")
        for fact in [
            "gradient_boosting.BTC-USDT.1h", "watched by early stopping", "the best by validation log loss", "ROC-AUC",
            "buy and hold", "production, generation 1",
        ] {
            #expect(trained.output.contains(fact), "\(fact)")
        }
        #expect(trained.errors.isEmpty, "no progress where nobody watches")
    }

    @Test func `a wrong option ends with status 64, bars that carry no model with 1`() throws {
        let wrong = try run(train("random-forest", "--max-depth", "25"))
        #expect(wrong.status == 64)
        #expect(wrong.errors.contains("max_depth is 25, expected 1 to 20"))
        let early = try run(train("logistic-regression", "--test-start", "2000-01-01"))
        #expect(early.status == 1)
        #expect(early.errors.contains("0 are left to learn from"))
        #expect(try fixture.registry.versions(of: nil, limit: 10).map(\.status) == [.failed])
    }

    /// Starts it, presses Ctrl-C when it says `moment`, and waits for the end.
    private func interrupt(_ arguments: [String], at moment: String) throws -> (status: Int32, errors: String) {
        let (process, output, errors) = try process(arguments)
        try process.run()
        var text = ""
        var isInterrupted = false
        while true {
            let data = errors.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
            if !isInterrupted, text.contains(moment) {
                isInterrupted = true
                process.interrupt()
            }
        }
        _ = output.fileHandleForReading.availableData
        process.waitUntilExit()
        #expect(isInterrupted, "\(text)")
        return (process.terminationStatus, text)
    }

    @Test func `Ctrl-C in the middle of a training leaves no row, no folder and no staging`() throws {
        let ended = try interrupt(
            train("gradient-boosting", "--rounds", "10000", "--early-stopping", "0", "--progress"),
            at: "fitting 0/10000")
        #expect(ended.status == 130)
        #expect(ended.errors.contains("stopping; press Ctrl-C again to end at once"))
        #expect(ended.errors.contains("stopped while fitting; nothing was published"))
        #expect(try fixture.counts() == (0, 0))
        let staging = try? FileManager.default.contentsOfDirectory(atPath: "\(fixture.directory.path)/.staging")
        #expect((staging ?? []).isEmpty)
    }

    private func grid(_ more: String...) -> [String] {
        [
            "grid", "random-forest", "--data", bars, "--symbol", "BTC/USDT", "--timeframe", "1h", "--folds", "2",
            "--test-bars", "100", "--output", fixture.training.folder.path,
        ] + more
    }

    private func tables() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fixture.training.folder.path).filter {
            $0.hasPrefix("rf_grid_results_BTC-USDT_1h_")
        }
    }

    @Test func `R153: a grid writes its table, and says which combination is the best`() throws {
        let tried = try run(grid("--try", "n_estimators=5,10", "--try", "max_depth=2,4", "--json"))
        try #require(tried.status == 0, "\(tried.errors)")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(tried.output.utf8)) as? [String: Any])
        #expect(report["combinations"] as? Int == 4 && report["failed"] as? Int == 0)
        let best = try #require(report["best"] as? [String: Any])
        #expect(best["mean_log_loss"] is Double && best["n_estimators"] is NSNumber)
        let table = try #require(try tables().first)
        #expect(table.hasSuffix(".csv"))
        let text = try String(contentsOfFile: fixture.training.folder.file(table), encoding: .utf8)
        #expect(text.split(whereSeparator: \.isNewline).count == 5)
    }

    @Test func `Ctrl-C in the middle of a grid leaves whole rows under the partial name`() throws {
        let counts = (1...400).map(String.init).joined(separator: ",")
        let ended = try interrupt(grid("--try", "n_estimators=\(counts)", "--progress"), at: "fitting 80/800")
        #expect(ended.status == 130)
        let names = try tables()
        #expect(names.count == 1 && names.allSatisfy { $0.hasSuffix(".csv.partial") })
        let text = try String(contentsOfFile: fixture.training.folder.file(try #require(names.first)), encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline)
        #expect(lines.count >= 41 && text.last?.isNewline == true)
        #expect(Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }).count == 1)
    }

    @Test(arguments: [
        ("depth=1", "a random_forest has no parameter 'depth'"),
        ("max_depth", "--try is 'max_depth', expected a parameter and values such as max_depth=4,6,8"),
        ("max_depth=a", "--try max_depth: 'a' is no number"),
    ])
    func `a grid that cannot be ends with status 64`(axis: String, message: String) throws {
        let refused = try run(grid("--try", axis))
        #expect(refused.status == 64)
        #expect(refused.errors.contains(message))
        #expect(try tables().isEmpty)
    }
}
