import HearthCore
import HearthKernels
import HearthModel
import Testing

/// Kernel machines, neighbours and stages that mix columns against the plain oracle, to the bit.
@Suite struct MachineTests {
    private var random = SplitMix64(seed: 3)

    private mutating func number() -> Double { Double.random(in: -2...2, using: &random) }

    private mutating func numbers(_ count: Int) -> [Double] { (0..<count).map { _ in number() } }

    private func check(_ definition: ModelDefinition, rows: [Double], _ place: Comment) throws {
        let model = try ServableModel(PackedModel.pack(definition))
        let found = try model.outputs(of: rows)
        let width = definition.signature.columnCount
        let expected = stride(from: 0, to: rows.count, by: width).map {
            Oracle(definition: definition).outputs(of: Array(rows[$0..<$0 + width]))
        }
        let joined = model.outputs.indices.flatMap { output in expected.flatMap { $0[output] } }
        #expect(found.map(\.bitPattern) == joined.map(\.bitPattern), place)
    }

    @Test func `a kernel machine adds its kernels in order`() throws {
        var test = self
        let kernels: [KernelMachine.Kernel] = [
            .linear, .radial(gamma: 0.3), .sigmoid(gamma: 0.2, offset: 0.1),
            .polynomial(gamma: 0.5, offset: 1, degree: 3), .polynomial(gamma: 0.5, offset: 1, degree: 0),
        ]
        for kernel in kernels {
            for task in [Task.regression, .anomalyDecision(offset: 0.25)] {
                let machine = KernelMachine(
                    kernel: kernel, columnCount: 7, supportVectors: test.numbers(63), coefficients: test.numbers(9),
                    intercept: test.number(), task: task)
                let definition = ModelDefinition(
                    signature: InputSignature(columnCount: 7), estimator: .kernelMachine(machine))
                try check(definition, rows: test.numbers(7 * 20), "\(kernel)")
            }
        }
    }

    @Test func `a decision of 0 is an outlier to support vectors and an inlier to the linear machine`() throws {
        let machine = KernelMachine(
            kernel: .linear, columnCount: 1, supportVectors: [1], coefficients: [1], intercept: -2,
            task: .anomalyDecision(offset: 2))
        let model = try ServableModel(
            PackedModel.pack(
                ModelDefinition(signature: InputSignature(columnCount: 1), estimator: .kernelMachine(machine))))
        #expect(try model.outputs(of: [1, 2, 3]) == [1, 2, 3, -1, 0, 1, -1, -1, 1])
        let linear = LinearModel(
            coefficients: [[1]], intercepts: [-2], link: .identity, task: .anomalyDecision(offset: 2),
            classRule: .rawAtLeastZero)
        let other = try ServableModel(
            PackedModel.pack(
                ModelDefinition(signature: InputSignature(columnCount: 1), estimator: .linear(linear))))
        #expect(try other.outputs(of: [1, 2, 3]) == [1, 2, 3, -1, 0, 1, -1, 1, 1])
    }

    private mutating func factor(_ metric: LocalOutlierFactor.Metric, points: [Double]) -> LocalOutlierFactor {
        let count = points.count / 3
        return LocalOutlierFactor(
            columnCount: 3, points: points, metric: metric, search: .brute,
            tieRules: .init(usesIntrosort: true), neighborCount: 21,
            neighborDistances: numbers(count).map(abs), densities: numbers(count).map { 1 + abs($0) }, offset: -1.5)
    }

    @Test(arguments: [LocalOutlierFactor.Metric.euclidean, .manhattan, .chebyshev])
    func `neighbours are found through a tree as by looking at all`(metric: LocalOutlierFactor.Metric) throws {
        var test = self
        var model = test.factor(metric, points: test.numbers(3 * 130))
        for isBalls in [false, true] {
            model.search = .tree(SmallTree.tree(of: model.points, columnCount: 3, metric, isBalls: isBalls))
            for introsort in [false, true] {
                model.tieRules.usesIntrosort = introsort
                let definition = ModelDefinition(
                    signature: InputSignature(columnCount: 3), estimator: .localOutlierFactor(model))
                try check(definition, rows: test.numbers(3 * 40), "\(metric), balls \(isBalls)")
            }
        }
        guard metric != .euclidean else { return }
        model.search = .brute
        let definition = ModelDefinition(
            signature: InputSignature(columnCount: 3), estimator: .localOutlierFactor(model))
        try check(definition, rows: test.numbers(3 * 40), "\(metric), all")
    }

    @Test func `a tree that is none is refused`() throws {
        var test = self
        var model = test.factor(.euclidean, points: test.numbers(3 * 130))
        let tree = SmallTree.tree(of: model.points, columnCount: 3, .euclidean, isBalls: false)
        let damages: [(inout NeighborTree) -> Void] = [
            { $0.order[4] = $0.order[5] }, { $0.order[0] = 130 },
            { $0.nodes[$0.nodes.count - 1].isLeaf = false }, { $0.nodes[$0.nodes.count - 1].first += 1 },
            { $0.nodes.removeLast() }, { $0.bounds = .boxes([0]) }, { $0.nodes = [] },
            { $0.nodes[0] = .init(first: 0, end: 129, isLeaf: true) },
        ]
        for (index, damage) in damages.enumerated() {
            var damaged = tree
            damage(&damaged)
            model.search = .tree(damaged)
            let definition = ModelDefinition(
                signature: InputSignature(columnCount: 3), estimator: .localOutlierFactor(model))
            #expect(throws: ModelError.self, "\(index)") { try PackedModel.pack(definition) }
        }
    }

    @Test func `columns are multiplied and projected as the library does`() throws {
        var test = self
        for features in [
            PolynomialFeatures(inputCount: 4, degreeMin: 0, degreeMax: 3, interactionOnly: false, includesOne: true),
            PolynomialFeatures(inputCount: 4, degreeMin: 2, degreeMax: 4, interactionOnly: true, includesOne: false),
            PolynomialFeatures(inputCount: 4, degreeMin: 3, degreeMax: 3, interactionOnly: false, includesOne: true),
            PolynomialFeatures(inputCount: 4, degreeMin: 0, degreeMax: 6, interactionOnly: true, includesOne: true),
        ] {
            let width = Oracle(definition: Self.linear([], width: 4, &test)).products(features, [1, 2, 3, 4]).count
            try check(Self.linear([.polynomial(features)], width: width, &test), rows: test.numbers(4 * 9), "products")
        }
        for offset in [
            Projection.Offset.none, .before(test.numbers(4)), .after(test.numbers(3)),
        ] {
            for scales in [nil, test.numbers(3)] {
                let projection = Projection(
                    components: test.numbers(12), columnCount: 4, offset: offset, scales: scales)
                try check(
                    Self.linear([.project(projection)], width: 3, &test), rows: test.numbers(4 * 9), "projection")
            }
        }
    }

    private static func linear(_ stages: [Stage], width: Int, _ test: inout MachineTests) -> ModelDefinition {
        ModelDefinition(
            signature: InputSignature(columnCount: 4), stages: stages,
            estimator: .linear(
                LinearModel(
                    coefficients: [test.numbers(width)], intercepts: [0.5], link: .identity, task: .regression)))
    }

    @Test func `NaN is refused before columns are mixed, whatever comes behind`() throws {
        var test = self
        let features = PolynomialFeatures(
            inputCount: 4, degreeMin: 0, degreeMax: 2, interactionOnly: true, includesOne: false)
        let imputer = Stage.impute(Imputer(statistics: [Double](repeating: 0, count: 10)))
        let model = try ServableModel(
            PackedModel.pack(Self.linear([.polynomial(features), imputer], width: 10, &test)))
        #expect(throws: RowProblem(row: 1, column: 2, kind: .missing)) {
            try model.outputs(of: [1, 2, 3, 4, 1, 2, .nan, 4])
        }
        let first = Stage.impute(Imputer(statistics: [0, 0, 0, 0]))
        let other = try ServableModel(
            PackedModel.pack(Self.linear([first, .polynomial(features)], width: 10, &test)))
        #expect(try other.outputs(of: [1, 2, .nan, 4]).count == 1)
    }

    @Test func `several targets have their classes and probabilities each`() throws {
        let tree = Tree(
            nodes: [.split(column: 0, threshold: 0, left: 1, right: 2, missingGoesLeft: false), .leaf(0), .leaf(1)],
            leafValues: [0.25, 0.75, 0, 0.5, 0.5, 1, 0, 0.1, 0.2, 0.7], width: 5)
        let ensemble = TreeEnsemble(
            columnCount: 1, inputs: .float32, thresholds: .float64, splitRule: .lessOrEqual, missing: .refused,
            trees: [tree], aggregation: .mean, baseValues: [0, 0, 0, 0, 0], link: .identity,
            task: .multiOutputClassification([.floats([0.5, 2]), .strings(["a", "b", "c"])]))
        let model = try ServableModel(
            PackedModel.pack(
                ModelDefinition(signature: InputSignature(columnCount: 1), estimator: .treeEnsemble(ensemble))))
        #expect(model.outputs.map(\.name) == ["predict", "predict_proba_0", "predict_proba_1"])
        #expect(model.outputs.map(\.width) == [2, 2, 3])
        let expected = [1, 1, 0, 2, 0.25, 0.75, 1, 0, 0, 0.5, 0.5, 0.1, 0.2, 0.7]
        #expect(try model.outputs(of: [-1, 1]) == expected)
        #expect(model.outputs[0].classLists == .strings([["0.5", "2.0"], ["a", "b", "c"]]))
    }
}

/// A tree over points as scikit-learn lays it out, built in the simplest way.
private enum SmallTree {
    static func tree(
        of points: [Double], columnCount: Int, _ metric: LocalOutlierFactor.Metric, isBalls: Bool
    ) -> NeighborTree {
        let count = points.count / columnCount
        var order = Array(0..<count)
        var nodes = [NeighborTree.Node](repeating: .init(first: 0, end: 0, isLeaf: true), count: 31)
        func split(_ node: Int, _ first: Int, _ end: Int, _ column: Int) {
            let isLeaf = 2 * node + 2 >= nodes.count
            nodes[node] = .init(first: first, end: end, isLeaf: isLeaf)
            guard !isLeaf else { return }
            order[first..<end].sort { points[$0 * columnCount + column] < points[$1 * columnCount + column] }
            let middle = (first + end) / 2
            split(2 * node + 1, first, middle, (column + 1) % columnCount)
            split(2 * node + 2, middle, end, (column + 1) % columnCount)
        }
        split(0, 0, count, 0)
        var (least, greatest, radii): ([Double], [Double], [Double]) = ([], [], [])
        for node in nodes {
            let rows = order[node.first..<node.end].map { points[$0 * columnCount..<($0 + 1) * columnCount] }
            for column in 0..<columnCount {
                least.append(rows.map { $0[$0.startIndex + column] }.min() ?? 0)
                greatest.append(rows.map { $0[$0.startIndex + column] }.max() ?? 0)
            }
            let center = least.suffix(columnCount)
            radii.append(
                rows.map { row in
                    let differences = zip(row, center).map { abs($0 - $1) }
                    switch metric {
                    case .euclidean: return differences.reduce(0) { $0 + $1 * $1 }.squareRoot() * 1.0001
                    case .manhattan: return differences.reduce(0, +) * 1.0001
                    case .chebyshev: return (differences.max() ?? 0) * 1.0001
                    }
                }.max() ?? 0)
        }
        return NeighborTree(
            order: order, nodes: nodes, bounds: isBalls ? .balls(least + radii) : .boxes(least + greatest))
    }
}
