import HearthKernels
import HearthModel
import Testing

/// Which way a value goes, worked out by hand.
struct SplitTests {
    private func leaf(_ value: Double, _ definition: ModelDefinition) throws -> Double {
        try ServableModel(definition).predict([value])[0]
    }

    @Test func `a float32 value is compared with the float64 threshold, not with its rounding`() throws {
        // 0.1 as float32 is greater than 0.1 as float64, so it goes right; the float32 below goes left.
        #expect(try leaf(0.1, Models.regression([Models.stump(0.1)])) == 2)
        #expect(try leaf(Double(Float(0.1).nextDown), Models.regression([Models.stump(0.1)])) == 1)
        #expect(try leaf(0.1, Models.regression([Models.stump(0.1)], thresholds: .float32)) == 1)
        #expect(try leaf(0.1, Models.regression([Models.stump(0.1)], inputs: .float64)) == 1)
        #expect(try leaf((0.1).nextUp, Models.regression([Models.stump(0.1)], inputs: .float64)) == 2)
    }

    @Test func `equality goes left with <= and right with <`() throws {
        for inputs in [TreeEnsemble.Number.float32, .float64] {
            #expect(try leaf(0.5, Models.regression([Models.stump(0.5)], inputs: inputs)) == 1)
            #expect(try leaf(0.5, Models.regression([Models.stump(0.5)], inputs: inputs, rule: .less)) == 2)
            for zero in [0.0, -0.0] {
                for threshold in [0.0, -0.0] {
                    #expect(try leaf(zero, Models.regression([Models.stump(threshold)], inputs: inputs)) == 1)
                    #expect(
                        try leaf(zero, Models.regression([Models.stump(threshold)], inputs: inputs, rule: .less)) == 2)
                }
            }
        }
    }

    @Test func `thresholds at the ends of the numbers work`() throws {
        for inputs in [TreeEnsemble.Number.float32, .float64] {
            for (threshold, expected) in [(Double.infinity, 1.0), (-.infinity, 2), (1e300, 1), (-1e300, 2)] {
                #expect(try leaf(-3e38, Models.regression([Models.stump(threshold)], inputs: inputs)) == expected)
                #expect(try leaf(3e38, Models.regression([Models.stump(threshold)], inputs: inputs)) == expected)
            }
        }
    }

    @Test func `NaN goes where the node says`() throws {
        for inputs in [TreeEnsemble.Number.float32, .float64] {
            for goesLeft in [true, false] {
                let tree = Models.stump(0.5, missingGoesLeft: goesLeft)
                #expect(
                    try leaf(.nan, Models.regression([tree], inputs: inputs, missing: .perNode)) == (goesLeft ? 1 : 2))
            }
        }
    }

    @Test func `a category goes left when its bit is set`() throws {
        for goesLeft in [true, false] {
            let tree = Tree(
                nodes: [
                    .category(column: 0, set: 1, left: 1, right: 2, missingGoesLeft: goesLeft), .leaf(0), .leaf(1),
                ], leafValues: [1, 2])
            var definition = Models.regression([tree], inputs: .float64, missing: .perNode)
            guard case .treeEnsemble(var ensemble) = definition.estimator else { return }
            ensemble.categorySets = [[0xFFFF_FFFF], [0b1001, 0b10]]
            definition.estimator = .treeEnsemble(ensemble)
            let missing: Double = goesLeft ? 1 : 2
            for (value, expected) in [
                (0, 1), (1, 2), (3, 1), (3.9, 1), (33, 1), (34, 2), (64, 2), (1e18, 2), (.infinity, 2), (-1, missing),
                (-.infinity, missing), (.nan, missing), (-0.0, 1),
            ] { #expect(try leaf(value, definition) == expected, "\(value)") }
        }
    }

    @Test func `a category below zero follows the rule of its library`() throws {
        func values(_ rule: TreeEnsemble.NegativeCategory, _ set: [UInt32]) throws -> [Double] {
            let tree = Tree(
                nodes: [
                    .category(column: 0, set: 0, left: 1, right: 2, missingGoesLeft: true), .leaf(0), .leaf(1),
                ], leafValues: [1, 2])
            var definition = Models.regression([tree], inputs: .float64, missing: .perNode)
            guard case .treeEnsemble(var ensemble) = definition.estimator else { return [] }
            ensemble.categorySets = [set]
            ensemble.negativeCategory = rule
            definition.estimator = .treeEnsemble(ensemble)
            return try [-0.5, -1, -7, 0, .nan].map { try leaf($0, definition) }
        }
        #expect(try values(.missing, [1]) == [1, 1, 1, 1, 1])
        #expect(try values(.outside, [1]) == [2, 2, 2, 1, 1])
        #expect(try values(.truncated, [1]) == [1, 2, 2, 1, 1])
        #expect(try values(.truncated, [2]) == [2, 2, 2, 2, 1])
        #expect(try values(.truncated, []) == [2, 2, 2, 2, 1], "nothing is looked up in an empty set")
    }

    @Test func `a value that stands for a missing one goes where the node says`() throws {
        for goesLeft in [true, false] {
            var definition = Models.regression([Models.stump(-7, missingGoesLeft: goesLeft)], missing: .perNode)
            definition.stages = [.markMissing(.equal(to: 0))]
            let missing: Double = goesLeft ? 1 : 2
            #expect(try leaf(0, definition) == missing)
            #expect(try leaf(-0.0, definition) == missing)
            #expect(try leaf(1e-300, definition) == missing, "rounded to float32 first")
            #expect(try leaf(.nan, definition) == missing)
            #expect(try leaf(1e-40, definition) == 2)
            #expect(try leaf(-8, definition) == 1)
        }
    }

    @Test func `in a copy what LightGBM takes for zero is missing, in the column itself it is not`() throws {
        let zero = Double(Float(1e-35))
        for (column, expected) in [(0, 2.0), (1, 1)] {
            var definition = Models.regression(
                [Models.stump(-7, column: column, missingGoesLeft: true)], columnCount: 2, inputs: .float64,
                missing: .perNode)
            definition.signature = InputSignature(columnCount: 1)
            definition.stages = [.markMissing(.nearZeroCopies(ofColumns: [0]))]
            for value in [0, -0.0, zero, -zero] { #expect(try leaf(value, definition) == expected) }
            for value in [zero.nextUp, -zero.nextUp, .infinity] { #expect(try leaf(value, definition) == 2) }
            #expect(try leaf(-.infinity, definition) == 1)
            #expect(try leaf(.nan, definition) == 1)
        }
    }

    @Test func `a tree's own columns stand for those of the ensemble`() throws {
        var tree = Models.stump(0.5, column: 0)
        tree.columns = [2]
        let model = try ServableModel(Models.regression([tree], columnCount: 3))
        #expect(try model.predict([9, 9, 0, 0, 0, 9]) == [1, 2])
    }

    @Test func `a tree that is one leaf answers with it`() throws {
        let model = try ServableModel(Models.regression([Tree(nodes: [.leaf(0)], leafValues: [4.5])]))
        #expect(try model.predict([1, 2, 3]) == [4.5, 4.5, 4.5])
    }

    @Test func `a chain of a thousand nodes is walked to its end`() throws {
        var nodes: [Tree.Node] = []
        for level in 0..<1000 {
            nodes.append(
                .split(
                    column: 0, threshold: Double(level), left: 2 * level + 1, right: 2 * level + 2,
                    missingGoesLeft: true))
            nodes.append(.leaf(level))
        }
        nodes.append(.leaf(1000))
        let tree = Tree(nodes: nodes, leafValues: (0...1000).map(Double.init))
        let values = [-1, 0, 0.5, 998.5, 999, 1e6, 7, 8, 9, 10, 11]
        #expect(
            try ServableModel(Models.regression([tree])).predict(values) == [0, 0, 1, 999, 999, 1000, 7, 8, 9, 10, 11])
    }

    @Test func `more than 65,536 features take the wide form`() throws {
        let model = try ServableModel(
            Models.regression([Models.stump(0.5, column: 40_000)], columnCount: 40_001, missing: .perNode))
        var row = [Double](repeating: 0, count: 40_001)
        #expect(try model.predict(row) == [1])
        row[40_000] = 1
        #expect(try model.predict(row) == [2])
        row[40_000] = .nan
        #expect(try model.predict(row) == [2])
    }
}
