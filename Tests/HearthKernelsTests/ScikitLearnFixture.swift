import Foundation
import HearthModel

/// A fitted scikit-learn model with rows and the outputs that the library gave (`Fixtures/make_fixtures.py`).
struct ScikitLearnFixture: Decodable {
    struct Stage: Decodable {
        var kind: String
        var statistics: Data?
        var indicators: [Int]?
        var offset: Data?
        var scale: Data?
    }

    struct Ensemble: Decodable {
        var columnCount: Int
        var inputs: String
        var missing: String
        var base: [Double]
        var trees: [Tree]
        var aggregation: String
        var link: String
        var normalizer: Double?
        var task: String
        var offset: Double?
        var classes: Int?
        var rule: String?
    }

    struct Tree: Decodable {
        var left, right, feature, threshold, missingLeft, leafValues: Data
        var columns: Data?
        var width: Int
        var output: Int
    }

    var stages: [Stage]
    var inputCount: Int
    var ensemble: Ensemble
    var X: Data
    var outputs: [String: Data]

    /// The rows, one after the other.
    var rows: [Double] { X.doubles }

    static func load(_ name: String) throws -> ScikitLearnFixture {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        let decoder = JSONDecoder()
        decoder.dataDecodingStrategy = .base64
        return try decoder.decode(Self.self, from: Data(contentsOf: folder.appending(path: "\(name).json")))
    }

    var definition: ModelDefinition {
        ModelDefinition(
            signature: InputSignature(columnCount: inputCount), stages: stages.map(\.stage),
            estimator: .treeEnsemble(
                TreeEnsemble(
                    columnCount: ensemble.columnCount, inputs: ensemble.inputs == "float32" ? .float32 : .float64,
                    thresholds: .float64, splitRule: .lessOrEqual,
                    missing: ensemble.missing == "perNode" ? .perNode : .refused,
                    trees: ensemble.trees.map(\.tree), aggregation: ensemble.aggregation == "mean" ? .mean : .sum,
                    baseValues: ensemble.base, link: ensemble.linkCase, task: ensemble.taskCase,
                    classRule: ensemble.ruleCase)))
    }
}

extension ScikitLearnFixture.Stage {
    var stage: Stage {
        if kind == "impute" {
            return .impute(Imputer(statistics: statistics?.doubles ?? [], indicatorColumns: indicators ?? []))
        }
        return .scale(Scaler(.subtractThenDivide(offset: offset?.doubles, scale: scale?.doubles)))
    }
}

extension ScikitLearnFixture.Ensemble {
    var linkCase: Link {
        switch link {
        case "isolation": .isolation(normalizer: normalizer ?? 0)
        case "sigmoid": .sigmoid
        case "softmaxPairwise": .softmaxPairwise
        case "softmaxSequential": .softmaxSequential
        default: .identity
        }
    }

    var taskCase: Task {
        switch task {
        case "anomaly": .anomaly(offset: offset ?? 0)
        case "classification": .classification(classes: .integers((0..<Int64(classes ?? 0)).map { $0 }))
        default: .regression
        }
    }

    var ruleCase: ClassRule {
        switch rule {
        case "rawAtLeastZero": .rawAtLeastZero
        case "rawAboveZero": .rawAboveZero
        default: .largestProbability
        }
    }
}

extension ScikitLearnFixture.Tree {
    var tree: Tree {
        let (lefts, rights, features) = (left.integers, right.integers, feature.integers)
        let (thresholds, directions) = (threshold.doubles, [UInt8](missingLeft))
        var leafCount = 0
        let nodes: [Tree.Node] = lefts.indices.map { index in
            guard lefts[index] >= 0 else {
                leafCount += 1
                return .leaf(leafCount - 1)
            }
            return .split(
                column: features[index], threshold: thresholds[index], left: lefts[index], right: rights[index],
                missingGoesLeft: directions[index] != 0)
        }
        return Tree(
            nodes: nodes, leafValues: leafValues.doubles, width: width, output: output, columns: columns?.integers)
    }
}

extension Data {
    /// Little-endian float64 values.
    var doubles: [Double] {
        stride(from: 0, to: count, by: 8).map { start in
            Double(
                bitPattern: (0..<8).reduce(UInt64(0)) { $0 | UInt64(self[startIndex + start + $1]) << UInt64(8 * $1) })
        }
    }

    /// Little-endian 32-bit integers.
    var integers: [Int] {
        stride(from: 0, to: count, by: 4).map { start in
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(self[startIndex + start + $1]) << UInt32(8 * $1) }
            return Int(Int32(bitPattern: bits))
        }
    }
}
