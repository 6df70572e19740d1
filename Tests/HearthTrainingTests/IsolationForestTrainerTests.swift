import Foundation
import HearthModel
import HearthTraining
import Testing

@Suite struct IsolationForestTrainerTests {
    /// 500 points around the origin in two columns, and a third that depends on the first.
    private static func cloud(rows: Int = 500, seed: UInt64 = 1) -> RowMatrix {
        var random = Xoshiro256(seed: seed)
        var values: [Double] = []
        for _ in 0..<rows {
            let x = random.unit() + random.unit() + random.unit() - 1.5
            values += [x, random.unit() + random.unit() - 1, 2 * x + 0.1 * random.unit()]
        }
        return RowMatrix(values: values, columnCount: 3)
    }

    private func splits(_ tree: Tree) -> [(column: Int, threshold: Double, left: Int, right: Int)] {
        tree.nodes.compactMap { node in
            if case .split(let column, let threshold, let left, let right, _) = node {
                (column, threshold, left, right)
            } else {
                nil
            }
        }
    }

    /// Depth of each node, the root's being 1.
    private func depths(_ tree: Tree) -> [Int] {
        var depths = [Int](repeating: 1, count: tree.nodes.count)
        for (index, node) in tree.nodes.enumerated() {
            guard case .split(_, _, let left, let right, _) = node else { continue }
            depths[left] = depths[index] + 1
            depths[right] = depths[index] + 1
        }
        return depths
    }

    @Test(arguments: [(0, 0), (1, 0), (2, 1)]) func `c of few rows`(count: Int, expected: Double) {
        #expect(averagePathLength(count) == expected)
    }

    /// scikit-learn 1.5.2 `_average_path_length`.
    @Test(arguments: [
        (3, 1.207392357589623), (4, 1.8516559071392855), (10, 3.748880484475505), (256, 10.244770920119917),
        (1000, 12.969940887100174),
    ])
    func `c of many rows is scikit-learn's`(count: Int, expected: Double) {
        #expect(averagePathLength(count) == expected)
    }

    @Test(arguments: [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (255, 8), (256, 8), (257, 9), (1 << 20, 20)])
    func `the depth limit is the logarithm rounded up`(samples: Int, expected: Int) {
        #expect(IsolationForestTrainer.depthLimit(maxSamples: samples) == expected)
    }

    @Test func `a forest has the shape that scikit-learn gives it`() throws {
        let forest = try IsolationForestTrainer(.init(treeCount: 20, maxSamples: 64)).grow(Self.cloud())
        #expect(forest.trees.count == 20)
        #expect(forest.columnCount == 3)
        #expect(forest.inputs == .float32)
        #expect(forest.thresholds == .float64)
        #expect(forest.splitRule == .lessOrEqual)
        #expect(forest.missing == .refused)
        #expect(forest.link == .isolation(normalizer: 20 * averagePathLength(64)))
        #expect(forest.task == .anomaly(offset: -0.5))
        for tree in forest.trees {
            let depths = depths(tree)
            #expect(depths.max() ?? 0 <= 7)
            #expect(tree.columns == nil)
            #expect(tree.width == 1)
            for (index, node) in tree.nodes.enumerated() {
                switch node {
                case .leaf(let leaf):
                    let value = tree.leafValues[leaf]
                    let beyondDepth = value - Double(depths[index] - 1)
                    // A leaf above the depth limit holds one row; at the limit its c(n) is added.
                    #expect(depths[index] < 7 ? beyondDepth == 0 : beyondDepth >= 0)
                case .split(let column, _, let left, let right, _):
                    #expect((0..<3).contains(column))
                    #expect(left > index && right > left && right < tree.nodes.count)
                case .category:
                    Issue.record("an isolation forest has no categories")
                }
            }
        }
    }

    @Test func `thresholds lie within the values of their column`() throws {
        let rows = Self.cloud()
        let forest = try IsolationForestTrainer(.init(treeCount: 30)).grow(rows)
        for split in forest.trees.flatMap(splits) {
            let column = rows.column(split.column).map { Double(Float($0)) }
            #expect(split.threshold >= column.min() ?? 0 && split.threshold < column.max() ?? 0)
        }
    }

    @Test func `every column is drawn about equally often at the root`() throws {
        let forest = try IsolationForestTrainer(.init(treeCount: 900)).grow(Self.cloud())
        let roots = forest.trees.compactMap { splits($0).first?.column }
        for column in 0..<3 { #expect((230...370).contains(roots.count { $0 == column })) }
    }

    @Test func `a constant column is never split on`() throws {
        var rows = Self.cloud(rows: 100)
        for row in 0..<100 { rows[row, 1] = 4 }
        let forest = try IsolationForestTrainer(.init(treeCount: 50)).grow(rows)
        #expect(forest.trees.flatMap(splits).allSatisfy { $0.column != 1 })
    }

    @Test func `equal rows end in one leaf that counts them`() throws {
        // Two values, each 50 times: after one split nothing varies.
        let rows = RowMatrix(values: (0..<100).map { Double($0 % 2) }, columnCount: 1)
        let forest = try IsolationForestTrainer(.init(treeCount: 5, maxSamples: 100)).grow(rows)
        for tree in forest.trees {
            #expect(tree.nodes.count == 3)
            #expect(tree.leafValues == [(2 + averagePathLength(50)) - 1, (2 + averagePathLength(50)) - 1])
        }
    }

    @Test func `the same seed gives the same forest, another seed another`() throws {
        let trainer = IsolationForestTrainer(.init(treeCount: 10, seed: 3))
        let first = try trainer.grow(Self.cloud())
        #expect(try trainer.grow(Self.cloud()) == first)
        #expect(try IsolationForestTrainer(.init(treeCount: 10, seed: 4)).grow(Self.cloud()) != first)
    }

    @Test func `a fixed seed gives a fixed forest, now and in the next release`() throws {
        let forest = try IsolationForestTrainer(.init(treeCount: 10, seed: 42)).grow(Self.cloud())
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for split in forest.trees.flatMap(splits) {
            digest = (digest ^ split.threshold.bitPattern) &* 0x100_0000_01B3
            digest = (digest ^ UInt64(split.column)) &* 0x100_0000_01B3
        }
        #expect(digest == 11_152_454_225_461_602_795)
    }

    @Test func `a tree does not depend on how many others there are`() throws {
        let few = try IsolationForestTrainer(.init(treeCount: 3)).grow(Self.cloud())
        let many = try IsolationForestTrainer(.init(treeCount: 30)).grow(Self.cloud())
        #expect(Array(many.trees.prefix(3)) == few.trees)
    }

    @Test func `max_features gives each tree its own columns`() throws {
        let forest = try IsolationForestTrainer(.init(treeCount: 40, maxFeatures: .count(2))).grow(Self.cloud())
        for tree in forest.trees {
            #expect(tree.columns?.count == 2)
            #expect(Set(tree.columns ?? []).count == 2)
            #expect(splits(tree).allSatisfy { (0..<2).contains($0.column) })
        }
        #expect(Set(forest.trees.map { Set($0.columns ?? []) }).count == 3)
        let third = try IsolationForestTrainer(.init(treeCount: 4, maxFeatures: .fraction(0.1))).grow(Self.cloud())
        #expect(third.trees.allSatisfy { $0.columns?.count == 1 })
    }

    @Test func `fewer rows than max_samples are all used`() throws {
        let forest = try IsolationForestTrainer(.init(treeCount: 2, maxSamples: 256)).grow(Self.cloud(rows: 10))
        #expect(forest.link == .isolation(normalizer: 2 * averagePathLength(10)))
    }

    @Test func `contamination auto is the paper's offset`() {
        #expect(IsolationForestTrainer().offset(scores: []) == -0.5)
    }

    /// `numpy.percentile(v, 100.0 * contamination)`, numpy 2.
    @Test(arguments: [
        (0.1, -0.6579999999999999), (0.05, -0.694), (0.25, -0.5800000000000001), (0.5, -0.48), (0.3, -0.562),
    ])
    func `contamination is numpy's percentile of the training scores`(contamination: Double, expected: Double) {
        let scores = [-0.61, -0.42, -0.55, -0.40, -0.73, -0.48, -0.39]
        let trainer = IsolationForestTrainer(.init(contamination: .fraction(contamination)))
        #expect(trainer.offset(scores: scores) == expected)
    }

    @Test func `a percentile of one value is that value, and the ends are exact`() {
        #expect(percentile([3], 10) == 3)
        #expect(percentile([1, 2, 4], 0) == 1)
        #expect(percentile([1, 2, 4], 100) == 4)
        #expect(percentile([4, 1, 2], 50) == 2)
    }

    @Test(arguments: [
        IsolationForestParameters(treeCount: 0), .init(treeCount: 10_001), .init(maxSamples: 1),
        .init(maxSamples: Int.max), .init(contamination: .fraction(0)), .init(contamination: .fraction(0.51)),
        .init(contamination: .fraction(.nan)), .init(maxFeatures: .count(0)), .init(maxFeatures: .count(4)),
        .init(maxFeatures: .fraction(0)), .init(maxFeatures: .fraction(1.1)), .init(maxFeatures: .fraction(.nan)),
    ])
    func `a parameter outside its range is refused`(parameters: IsolationForestParameters) {
        let error = #expect(throws: TrainingError.self) { try IsolationForestTrainer(parameters).grow(Self.cloud()) }
        #expect(error?.code == .badParameter)
    }

    @Test func `more trees and rows than memory should hold are refused`() {
        let error = #expect(throws: TrainingError.self) {
            try IsolationForestTrainer(.init(treeCount: 9000, maxSamples: 2000)).grow(Self.cloud(rows: 2000))
        }
        #expect(error?.code == .badParameter)
    }

    @Test func `one row is too few`() {
        let error = #expect(throws: TrainingError.self) {
            try IsolationForestTrainer().grow(RowMatrix(values: [1, 2], columnCount: 2))
        }
        #expect(error?.message == "an isolation forest needs at least 2 rows to learn from, there are 1")
    }

    @Test func `rows that are all equal are refused`() {
        let error = #expect(throws: TrainingError.self) {
            try IsolationForestTrainer().grow(RowMatrix(values: Array(repeating: 5, count: 20), columnCount: 2))
        }
        #expect(error?.message == "all 10 training rows are equal: no column varies")
    }

    @Test(arguments: [Double.nan, .infinity, 1e39, -1e300])
    func `a value beyond 32-bit floats is refused with its place`(value: Double) {
        var rows = Self.cloud(rows: 10)
        rows[6, 1] = value
        let error = #expect(throws: TrainingError.self) { try IsolationForestTrainer().grow(rows) }
        #expect(error?.message.contains("in column 2 of training row 7") == true)
    }
}
