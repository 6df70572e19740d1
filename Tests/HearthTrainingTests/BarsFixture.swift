import Foundation
import HearthArtifacts
import HearthCore
import HearthKernels
import HearthMarket
import HearthRegistry
import HearthTestSupport
import HearthTraining

/// A model directory, a registry and a file of generated bars.
struct BarsFixture {
    let training: TrainingFixture
    let bars: [Bar]

    var directory: ModelDirectory { training.directory }
    var registry: any RegistryStore { training.registry }

    /// A market that trends up and down in turn, so that there is something to learn.
    init(count: Int = 1200, seed: UInt64 = 7) throws {
        training = try TrainingFixture()
        bars = try Self.bars(count: count, seed: seed)
    }

    static func bars(count: Int, seed: UInt64 = 7) throws -> [Bar] {
        var parameters = BarGenerator.Parameters(timeframe: try Timeframe("1h"))
        parameters.count = count
        parameters.seed = seed
        parameters.regimes = [.trendUp, .trendDown]
        return try BarGenerator(parameters).bars().map(\.bar)
    }

    func write(_ bars: [Bar]) throws -> String {
        let lines = bars.map { bar in
            "\(bar.openTime.iso8601),\(bar.open),\(bar.high),\(bar.low),\(bar.close),\(bar.volume)\n"
        }
        return try training.write("time,open,high,low,close,volume\n" + lines.joined())
    }

    static let boosting = Classifier.gradientBoosting(
        BoostingParameters(rounds: 80, learningRate: 0.1, maxDepth: 3, earlyStoppingRounds: 10))
    static let forest = Classifier.randomForest(ForestParameters(treeCount: 30, maxDepth: 5))
    static let logistic = Classifier.logisticRegression(LogisticParameters())

    func request(
        _ classifier: Classifier = boosting, bars: [Bar]? = nil, windows: TrainingWindows = TrainingWindows()
    ) throws -> BarsTrainingRequest {
        BarsTrainingRequest(
            symbol: "BTC/USDT", timeframe: try Timeframe("1h"), barsPath: try write(bars ?? self.bars),
            schema: FeaturePreset.basic.schema,
            label: .fixedHorizon(horizon: 4, deadZone: .relative(0)), classifier: classifier, windows: windows,
            longThreshold: 0.55, shortThreshold: 0.45,
            costs: try TradeCosts(feeBasisPoints: 1, slippageBasisPoints: 1))
    }

    func run(
        _ request: BarsTrainingRequest, promote: Bool = false, control: TrainingControl = TrainingControl()
    ) throws -> BarsTrainingReport {
        try BarsTrainingRun(request, directory: directory, registry: registry, actor: "test").run(
            promote: promote, control: control)
    }

    /// The bytes of one file of a version.
    func file(_ name: String, of report: BarsTrainingReport) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(report.path)/\(name)")))
    }

    /// Versions in the registry, and folders in the model directory.
    func counts() throws -> (rows: Int, folders: Int) {
        (try registry.versions(of: nil, limit: 100).count, try directory.list().count)
    }
}
