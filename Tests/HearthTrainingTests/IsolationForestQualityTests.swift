import Foundation
import HearthKernels
import HearthModel
import HearthTraining
import Testing

/// How well the forest finds anomalies, against scikit-learn's on the same labelled sets:
/// `Fixtures/iforest-quality/make_fixture.py` recorded it and says how the sets are made.
@Suite struct IsolationForestQualityTests {
    private struct Fixture: Decodable {
        struct LabelledSet: Decodable {
            var name: String
            var seed: UInt64
            var sum: Double
            var mean_roc_auc: Double
        }

        var model_seeds: UInt64
        var sets: [LabelledSet]
    }

    private static func fixture() throws -> Fixture {
        let url = try #require(
            Bundle.module.url(forResource: "quality", withExtension: "json", subdirectory: "Fixtures/iforest-quality"))
        return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    }

    /// Nearly normal: mean 0, deviation 1 (Irwin and Hall's sum of twelve).
    private static func bell(_ random: inout Xoshiro256) -> Double {
        var total = 0.0
        for _ in 0..<12 { total += random.unit() }
        return total - 6
    }

    /// One row in 25 is an anomaly; operation for operation as the script.
    private static func make(_ name: String, seed: UInt64) throws -> (rows: RowMatrix, labels: [Bool]) {
        var random = Xoshiro256(seed: seed)
        var values: [Double] = []
        var labels: [Bool] = []
        for index in 0..<1000 {
            let isOdd = index % 25 == 24
            values += try row(name, index, isOdd, &random)
            labels.append(isOdd)
        }
        return (RowMatrix(values: values, columnCount: values.count / 1000), labels)
    }

    private static func row(
        _ name: String, _ index: Int, _ isOdd: Bool, _ random: inout Xoshiro256
    ) throws -> [Double] {
        switch name {
        case "cloud":
            let row = (0..<4).map { _ in bell(&random) }
            return isOdd ? (0..<4).map { _ in 12 * random.unit() - 6 } : row
        case "clusters":
            let center: Double = index.isMultiple(of: 2) ? -4 : 4
            let row = (0..<3).map { _ in center + bell(&random) }
            return isOdd ? (0..<3).map { _ in 1.5 * bell(&random) } : row
        case "wide":
            let row = (0..<10).map { _ in bell(&random) }
            return isOdd ? row.enumerated().map { $0.offset < 3 ? $0.element + 3 : $0.element } : row
        case "line":
            let along = 8 * random.unit() - 4
            let row = [along, along + 0.4 * bell(&random), 0.5 * bell(&random) - along]
            return isOdd ? (0..<3).map { _ in 8 * random.unit() - 4 } : row
        case "group":
            let row = (0..<5).map { _ in bell(&random) }
            return isOdd ? (0..<5).map { _ in 2.5 + 0.3 * bell(&random) } : row
        default:
            throw TrainingError(.badValue, "the fixture has the unknown set '\(name)'")
        }
    }

    /// The area under the curve of one forest, by the kernel that serves.
    private static func area(_ rows: RowMatrix, _ labels: [Bool], seed: UInt64) throws -> Double {
        let forest = try IsolationForestTrainer(IsolationForestParameters(seed: seed)).grow(rows)
        let model = try ServableModel(
            PackedModel.pack(
                ModelDefinition(
                    signature: InputSignature(columnCount: rows.columnCount), estimator: .treeEnsemble(forest))))
        let outputs = try model.outputs(of: rows.values)
        let index = try #require(model.outputs.firstIndex { $0.name == "score_samples" })
        let start = model.outputs[..<index].reduce(0) { $0 + $1.width } * rows.rowCount
        let scores = outputs[start..<start + rows.rowCount].map { -$0 }
        return try #require(RankingMetrics.rocAUC(scores: scores, labels: labels))
    }

    @Test func `the mean ROC-AUC over 20 seeds is within 0.01 of scikit-learn's`() throws {
        let fixture = try Self.fixture()
        #expect(fixture.sets.count == 5 && fixture.model_seeds == 20)
        for set in fixture.sets {
            let (rows, labels) = try Self.make(set.name, seed: set.seed)
            #expect(rows.values.reduce(0, +) == set.sum, "\(set.name) is the set that scikit-learn saw")
            let areas = try (0..<fixture.model_seeds).map { try Self.area(rows, labels, seed: $0) }
            let mean = areas.reduce(0, +) / Double(areas.count)
            #expect((mean - set.mean_roc_auc).magnitude < 0.01, "\(set.name): \(mean) against \(set.mean_roc_auc)")
        }
    }
}
