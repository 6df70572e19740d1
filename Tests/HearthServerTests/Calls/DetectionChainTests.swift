import Foundation
import HearthArtifacts
import HearthCore
import HearthKernels
import HearthModel
import HearthServer
import HearthTestSupport
import Testing

/// The chain of `Detect` (R41, C5): file, database BLOB, z-score model, z-score of the request's values.
@Suite struct DetectionChainTests {
    /// Median 6, median absolute deviation 3.
    private static let history: [Double] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 60, 6]

    /// Iglewicz and Hoaglin's modified z-score, written once more.
    private static func scores(_ values: [Double]) -> [Double] {
        func median(_ values: [Double]) -> Double {
            let sorted = values.sorted()
            return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }
        let center = median(values)
        let spread = median(values.map { abs($0 - center) }) / 0.6744897501960817
        return values.map { abs($0 - center) / spread }
    }

    private func detectionCounters(_ server: TestServer) throws -> [UInt64] {
        let names = ["detections", "detections_by_database", "detections_by_zscore", "detections_untrained"]
        return try names.map { try server.counter($0) }
    }

    @Test(arguments: TestLane.allCases)
    func `R39, R41, R85, C36: a series without a model is scored against its own history, and the reply says so`(
        lane: TestLane
    ) throws {
        let server = try TestServer(shelf: ModelShelf())
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let found = try #require(client.detect(series: "dolum_sure", values: Self.history).detection)
        #expect(found.source == .zscore)
        #expect(found.modelVersion.isEmpty)
        #expect(found.threshold == 3.5)
        #expect(found.firstPoint == 0)
        #expect(found.scores == Self.scores(Self.history))
        #expect(found.anomalies == Self.history.map { $0 == 60 })
        #expect(try detectionCounters(server) == [1, 0, 0, 1])
    }

    @Test(arguments: TestLane.allCases)
    func `a long history is scored on another thread, to the same bits`(lane: TestLane) throws {
        let server = try TestServer(shelf: ModelShelf())
        let client = try LaneClient(lane, socketPath: server.socketPath)
        var random = SplitMix64(seed: 8)
        let values = (0..<20_001).map { _ in Double.random(in: -1..<1, using: &random) }
        let found = try #require(client.detect(values: values).detection)
        #expect(found.source == .zscore)
        #expect(found.scores == Self.scores(values))
    }

    @Test(arguments: TestLane.allCases)
    func `points of several columns are as bad as their worst`(lane: TestLane) throws {
        let server = try TestServer(shelf: ModelShelf())
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let constant: [Double] = Self.history.flatMap { [$0, 4.0] } + [6, 5]
        let found = try #require(client.detect(values: constant, columns: 2).detection)
        // More than half of the second column are equal: the mean deviation from the median takes over.
        let last = 1 / (1.253314 * (1 / 14.0))
        #expect(found.scores.last == last)
        #expect(found.anomalies == Self.history.map { $0 == 60 } + [true])
    }

    @Test(arguments: TestLane.allCases)
    func `what cannot be scored is refused with the reason that there is no model`(lane: TestLane) throws {
        let server = try TestServer(shelf: ModelShelf())
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let short = client.detect(values: [1, 2, 3])
        #expect(short.code == .notFound)
        #expect(short.message.hasPrefix("no production version of 'isolation_forest.stok_seviye'"), "\(short.message)")
        let mend = "3 points are too few for a z-score instead, which needs 12: send more of the series' history"
        #expect(short.message.hasSuffix(mend), "\(short.message)")
        let nan = client.detect(values: Self.history + [.nan])
        #expect(
            nan == .refused(.invalidArgument, "point 13, column 0: nan found, a finite number expected"))
        let uneven = client.detect(values: Self.history, columns: 2)
        #expect(
            uneven
                == .refused(.invalidArgument, "13 values found, whole points of 2 and at least one expected"))
        #expect(client.detect(values: []).code == .invalidArgument)
        #expect(try detectionCounters(server) == [0, 0, 0, 0])
    }

    @Test(arguments: TestLane.allCases)
    func `R70, R85: a model whose file was removed is stood in for, and Predict still says what is missing`(
        lane: TestLane
    ) throws {
        let shelf = try ModelShelf()
        let modelID = try shelf.publish(
            SampleModels.isolationForest(seed: 4, columns: 1), series: ServedForest.series, promotes: true)
        try FileManager.default.removeItem(atPath: "\(shelf.directory.path)/\(modelID)")
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        for _ in 0..<3 {
            let found = try #require(client.detect(values: Self.history).detection)
            #expect(found.source == .zscore)
            #expect(found.scores == Self.scores(Self.history))
        }
        #expect(client.predict(rows: [1]).code == .notFound)
        #expect(try detectionCounters(server) == [3, 0, 3, 0])
    }

    @Test(arguments: TestLane.allCases)
    func `R71, R82: a model whose file is corrupt is set aside and stood in for`(lane: TestLane) throws {
        let shelf = try ModelShelf()
        let modelID = try shelf.publish(
            SampleModels.isolationForest(seed: 4, columns: 1), series: ServedForest.series, promotes: true)
        try shelf.damage(modelID)
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        #expect(client.detect(values: Self.history).detection?.source == .zscore)
        #expect(client.predict(rows: [1]).code == .dataLoss)
    }

    @Test(arguments: TestLane.allCases)
    func `a version that was asked for by its id has no stand-in`(lane: TestLane) throws {
        let shelf = try ModelShelf()
        let modelID = try shelf.publish(
            SampleModels.isolationForest(seed: 4, columns: 1), series: ServedForest.series, promotes: true)
        try shelf.damage(modelID)
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        #expect(client.detect(values: Self.history, version: modelID.text).code == .dataLoss)
    }

    @Test(arguments: TestLane.allCases, [13, 40_000])
    func `the series' own z-score model comes before the history`(lane: TestLane, count: Int) throws {
        let shelf = try ModelShelf()
        let zScore = ModelDefinition(
            signature: InputSignature(columnCount: 1),
            estimator: .zScore(ZScore(method: .robust, centers: [50], scales: [2], threshold: 3)), threshold: 3)
        let modelID = try shelf.publish(zScore, series: ServedForest.series, modelType: "z_score", promotes: true)
        // Loaded when the first call asks for it, then found in memory.
        let server = try TestServer(shelf: shelf, preloadsAll: false)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        for _ in 0..<2 {
            let values = (0..<count).map { Self.history[$0 % Self.history.count] }
            let found = try #require(client.detect(values: values).detection)
            #expect(found.source == .zscore)
            #expect(found.modelVersion == modelID.text)
            #expect(found.threshold == 3)
            #expect(found.scores == values.map { abs($0 - 50) / 2 })
        }
        // Asked for by its own name it is a model like others.
        let own = try #require(client.detect(values: Self.history, modelType: "z_score").detection)
        #expect(own.source == .file)
        #expect(try detectionCounters(server) == [3, 0, 0, 2])
    }

    @Test(arguments: TestLane.allCases)
    func `a z-score model that is damaged or of other columns gives way to the history`(lane: TestLane) throws {
        let shelf = try ModelShelf()
        func publish(_ columnCount: Int, _ series: String) throws -> ModelID {
            let values = [Double](repeating: 1, count: columnCount)
            let zScore = ModelDefinition(
                signature: InputSignature(columnCount: columnCount),
                estimator: .zScore(ZScore(method: .robust, centers: values, scales: values, threshold: 3)),
                threshold: 3)
            return try shelf.publish(zScore, series: series, modelType: "z_score", promotes: true)
        }
        try shelf.damage(publish(1, "damaged"))
        _ = try publish(2, "wide")
        let server = try TestServer(shelf: shelf)
        let client = try LaneClient(lane, socketPath: server.socketPath)
        for series in ["damaged", "wide"] {
            let found = try #require(client.detect(series: series, values: Self.history).detection)
            #expect(found.source == .zscore && found.modelVersion.isEmpty)
            #expect(found.scores == Self.scores(Self.history))
        }
    }

    @Test(arguments: TestLane.allCases, [false, true])
    func `R41, R101: the BLOB of a migrated row answers when its file is gone or corrupt`(
        lane: TestLane, isCorrupt: Bool
    ) throws {
        let shelf = try ModelShelf()
        let modelID = try shelf.publish(
            SampleModels.isolationForest(seed: 4), series: ServedForest.series, promotes: true)
        if isCorrupt {
            try shelf.damage(modelID)
        } else {
            try FileManager.default.removeItem(atPath: "\(shelf.directory.path)/\(modelID)")
        }
        let recorded = try RecordedForest()
        let server = try TestServer(shelf: shelf, store: BlobStore(shelf.store, modelData: recorded.pickle))
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let found = try #require(client.detect(values: recorded.rows, columns: recorded.columnCount).detection)
        #expect(found.source == .database)
        #expect(found.modelVersion == modelID.text)
        #expect(found.scores == recorded.scores.map { -$0 })
        #expect(client.predict(rows: recorded.rows).prediction?.source == .database)
        #expect(try detectionCounters(server) == [1, 1, 0, 0])
    }

    @Test(arguments: TestLane.allCases)
    func `C5: a BLOB that cannot be read moves on to the z-score`(lane: TestLane) throws {
        let shelf = try ModelShelf()
        let modelID = try shelf.publish(
            SampleModels.isolationForest(seed: 4), series: ServedForest.series, promotes: true)
        try shelf.damage(modelID)
        let server = try TestServer(
            shelf: shelf, store: BlobStore(shelf.store, modelData: Array("cos\nsystem\n(S'id'\ntR.".utf8)))
        let client = try LaneClient(lane, socketPath: server.socketPath)
        #expect(client.detect(values: Self.history).detection?.source == .zscore)
        let refusal = client.predict()
        #expect(refusal.code == .dataLoss)
        #expect(refusal.message.contains("nor from the database: "), "\(refusal.message)")
    }
}
