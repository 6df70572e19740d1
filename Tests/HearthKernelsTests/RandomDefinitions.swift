import HearthCore
import HearthModel

/// Definitions of every family, and rows that fall on, beside and far from their thresholds.
struct RandomDefinitions {
    private var generator: SplitMix64

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    mutating func next() -> ModelDefinition {
        let columnCount = Int.random(in: 1...12, using: &generator)
        var definition = ModelDefinition(
            signature: InputSignature(columnCount: columnCount),
            estimator: .zScore(ZScore(method: .standard, centers: [], scales: [], threshold: 3)))
        var width = columnCount
        for _ in 0..<Int.random(in: -2...3, using: &generator).clamped { definition.stages.append(stage(&width)) }
        let marksMissing = definition.stages.contains { if case .markMissing = $0 { true } else { false } }
        switch marksMissing ? 9 : Int.random(in: 0..<10, using: &generator) {
        case 0:
            definition.estimator = .zScore(
                ZScore(
                    method: .robust, centers: numbers(width),
                    scales: (0..<width).map { _ in chance(0.2) ? 0 : Double.random(in: 0.1...3, using: &generator) },
                    threshold: 2.5))
        case 1: definition.estimator = .linear(linear(width))
        default:
            var ensemble = ensemble(width)
            if marksMissing { ensemble.missing = .perNode }
            definition.estimator = .treeEnsemble(ensemble)
        }
        return definition
    }

    /// Rows for a definition: random ones, special values, and the thresholds of its trees with their neighbours.
    mutating func rows(for definition: ModelDefinition, count: Int) -> [Double] {
        var special: [Double] = [
            0, -0.0, 1, -1, Double.leastNonzeroMagnitude, -Double.leastNonzeroMagnitude, 1e-45, -1e-45, 1e-40, 3e38,
            -3e38, 3.4028234e38, 1.5, 255, 31.9, 33, -0.5,
        ]
        var acceptsMissing = definition.stages.contains { if case .impute = $0 { true } else { false } }
        if case .treeEnsemble(let ensemble) = definition.estimator {
            acceptsMissing = acceptsMissing || ensemble.missing == .perNode
            if ensemble.inputs == .float64 && ensemble.missing == .perNode && definition.stages.isEmpty {
                special += [.infinity, -.infinity, 1e300]
            }
            for node in ensemble.trees.flatMap(\.nodes) {
                guard case .split(_, let threshold, _, _, _) = node, abs(threshold) < 3e38 else { continue }
                let single = Float(threshold)
                special += [threshold, threshold.nextUp, threshold.nextDown, Double(single), Double(single.nextUp)]
                special += [Double(single.nextDown), (Double(single) + Double(single.nextUp)) / 2]
            }
        }
        if case .linear(let model) = definition.estimator, model.accumulator == .float32 {
            acceptsMissing = true
            // What overflows is no number, and the oracle does not say which of several is the largest.
            special.removeAll { abs($0) > 1e30 }
        }
        if acceptsMissing { special += Array(repeating: .nan, count: special.count / 4 + 1) }
        return (0..<count * definition.signature.columnCount).map { _ in
            chance(0.5)
                ? Double.random(in: -3...3, using: &generator)
                : special[Int.random(in: 0..<special.count, using: &generator)]
        }
    }

    private mutating func stage(_ width: inout Int, depth: Int = 0) -> Stage {
        switch Int.random(in: 0..<(depth < 2 ? 7 : 6), using: &generator) {
        case 5:
            let encoder = encoder(width)
            width = encoder.outputCount
            return .encode(encoder)
        case 6: return branches(&width, depth: depth)
        case 3: return .markMissing(.equal(to: [0, -0.0, 1, 1.5].randomElement(using: &generator) ?? 0))
        case 4:
            let columns = (0..<width).filter { _ in chance(0.4) }
            width += columns.count
            return .markMissing(.nearZeroCopies(ofColumns: columns))
        case 0:
            var statistics = (0..<width).map { _ in
                chance(0.2) ? Double.nan : Double.random(in: -1...1, using: &generator)
            }
            statistics[0] = 0.25
            let imputer = Imputer(
                statistics: statistics, indicatorColumns: (0..<width).filter { _ in chance(0.3) })
            width = statistics.count { !$0.isNaN } + imputer.indicatorColumns.count
            return .impute(imputer)
        case 1:
            return .scale(
                Scaler(
                    .subtractThenDivide(
                        offset: chance(0.7) ? numbers(width) : nil,
                        scale: chance(0.7)
                            ? (0..<width).map { _ in Double.random(in: 0.5...2, using: &generator) } : nil)))
        default:
            return .scale(
                Scaler(
                    .multiplyThenAdd(
                        scale: (0..<width).map { _ in Double.random(in: 0.1...0.9, using: &generator) },
                        offset: numbers(width),
                        clip: chance(0.5) ? -1.5...1.5 : nil)))
        }
    }

    private mutating func branches(_ width: inout Int, depth: Int) -> Stage {
        let before = width
        width = 0
        let branches = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            let columns = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                Int.random(in: 0..<before, using: &generator)
            }
            var inner = columns.count
            let stages = (0..<Int.random(in: 0...2, using: &generator)).map { _ in stage(&inner, depth: depth + 1) }
            width += inner
            return ColumnBranch(columns: columns, stages: stages)
        }
        return .columns(branches)
    }

    private mutating func encoder(_ width: Int) -> Encoder {
        let isOneHot = chance(0.5)
        let columns = (0..<width).map { _ in
            var categories = [2, -0.0, 1, 1.5, -1, .nan].shuffled(using: &generator)
            categories.removeLast(Int.random(in: 0..<5, using: &generator))
            let shares = categories.count > 1 && chance(0.4)
            let positions = shares ? categories.indices.map { max(0, $0 - 1) } : nil
            let positionCount = categories.count - (shares ? 1 : 0)
            let drops = isOneHot && positionCount > 1 && chance(0.4)
            return Encoder.Column(
                categories: categories, positions: positions,
                dropped: drops ? Int.random(in: 0..<positionCount, using: &generator) : nil)
        }
        return Encoder(
            form: isOneHot ? .oneHot : .ordinal(missing: -2), columns: columns,
            unknown: isOneHot ? (chance(0.5) ? 0 : 1) : -7)
    }

    private mutating func linear(_ width: Int) -> LinearModel {
        let single = chance(0.4)
        var (outputs, link, task, rule) = head(isTrees: false)
        if single { link = Self.single(link, outputs: outputs, task: task) }
        return LinearModel(
            coefficients: (0..<outputs).map { _ in numbers(width) }, intercepts: numbers(outputs),
            accumulator: single ? .float32 : .float64, link: link, task: task, classRule: rule)
    }

    private mutating func ensemble(_ width: Int) -> TreeEnsemble {
        let single = chance(0.3)
        var (outputs, link, task, rule) = head(isTrees: true)
        if single { link = Self.single(link, outputs: outputs, task: task) }
        let hasCategories = chance(0.15)
        let sets: [[UInt32]] =
            hasCategories
            ? (0..<3).map { size in (0..<size).map { _ in UInt32.random(in: 0...(.max), using: &generator) } } : []
        let isVector = outputs > 1 && chance(0.5)
        let missing: TreeEnsemble.MissingRule = chance(0.5) ? .perNode : .refused
        let treeCount = [1, 2, 3, 5, 15, 16, 17, 33, 40].randomElement(using: &generator) ?? 1
        let depth = [0, 1, 2, 4, 8, 9, 13, 20].randomElement(using: &generator) ?? 1
        let trees = (0..<treeCount).map { index in
            tree(
                columnCount: width, depth: depth, width: isVector ? outputs : 1, output: isVector ? 0 : index % outputs,
                setCount: sets.count)
        }
        return TreeEnsemble(
            columnCount: width, inputs: chance(0.6) ? .float32 : .float64,
            thresholds: chance(0.7) ? .float64 : .float32,
            splitRule: chance(0.6) ? .lessOrEqual : .less, missing: missing, trees: trees, categorySets: sets,
            negativeCategory: [.missing, .outside, .truncated].randomElement(using: &generator) ?? .missing,
            accumulator: single ? .float32 : .float64, aggregation: chance(0.5) ? .sum : .mean,
            baseValues: numbers(outputs),
            link: link, task: task, classRule: rule)
    }

    /// The nearest link that is computed in float32.
    private static func single(_ link: Link, outputs: Int, task: Task) -> Link {
        switch link {
        case .isolation, .softmaxLogSumExp, .softmaxLogSumExpSequential, .softmaxOfOpposites, .clippedUnit, .softplus,
            .signedSquare:
            return .identity
        case .scaledSigmoid where outputs > 1: return .softmaxSequential
        case .scaledSigmoid: return task == .regression ? .identity : .scaledSigmoid(factor: 1)
        case .softmaxPairwise: return .softmaxSequential
        case .sigmoid where outputs > 1 && task != .regression: return .softmaxSequential
        case .identity, .sigmoid, .softmaxSequential, .exponential, .step: return link
        }
    }

    private mutating func tree(columnCount: Int, depth: Int, width: Int, output: Int, setCount: Int) -> Tree {
        let columns: [Int]? =
            chance(0.3) ? (0..<columnCount).map { _ in Int.random(in: 0..<columnCount, using: &generator) } : nil
        var nodes: [Tree.Node] = []
        var leafCount = 0
        let thresholds: [Double] = [
            0, -0.0, 1, 1e-40, Double.leastNonzeroMagnitude, .infinity, -.infinity, 3.5e38, 1e300, 0.1,
        ]
        func grow(_ level: Int, _ random: inout RandomDefinitions) -> Int {
            let index = nodes.count
            nodes.append(.leaf(0))
            // Deep trees are thin, so that they stay small.
            if level >= depth || random.chance(depth > 8 ? 0.35 : 0.12) && level > 0 || nodes.count > 400 {
                nodes[index] = .leaf(leafCount)
                leafCount += 1
                return index
            }
            let left = grow(level + 1, &random)
            let right = grow(level + 1, &random)
            let column = Int.random(in: 0..<columnCount, using: &random.generator)
            let missingGoesLeft = random.chance(0.5)
            if setCount > 0, random.chance(0.4) {
                let set = Int.random(in: 0..<setCount, using: &random.generator)
                nodes[index] = .category(
                    column: column, set: set, left: left, right: right, missingGoesLeft: missingGoesLeft)
            } else {
                var threshold = Double.random(in: -2...2, using: &random.generator)
                if random.chance(0.2) { threshold = thresholds.randomElement(using: &random.generator) ?? 0 }
                nodes[index] = .split(
                    column: column, threshold: threshold, left: left, right: right, missingGoesLeft: missingGoesLeft)
            }
            return index
        }
        _ = grow(0, &self)
        let values = (0..<leafCount * width).map { _ in
            chance(0.3)
                ? Double(Int.random(in: -2...2, using: &generator)) : Double.random(in: -1...1, using: &generator)
        }
        return Tree(nodes: nodes, leafValues: values, width: width, output: output, columns: columns)
    }

    /// Outputs, link, task and class rule that fit each other.
    private mutating func head(isTrees: Bool) -> (Int, Link, Task, ClassRule) {
        let rules: [ClassRule] = [.largestProbability, .rawAboveZero, .rawAtLeastZero]
        let rule = rules.randomElement(using: &generator) ?? .rawAboveZero
        switch Int.random(in: 0..<4, using: &generator) {
        case 0:
            let links: [Link] = [.identity, .exponential, .sigmoid, .softplus, .signedSquare, .step]
            return (
                Int.random(in: 1...3, using: &generator), links.randomElement(using: &generator) ?? .identity,
                .regression, rule
            )
        case 1: return (1, .isolation(normalizer: chance(0.1) ? 0 : 7.25), .anomaly(offset: -0.5), rule)
        case 2:
            let links: [Link] = [.sigmoid, .scaledSigmoid(factor: 2), .identity, .step]
            return (
                1, links.randomElement(using: &generator) ?? .sigmoid, .classification(classes: .integers([0, 1])), rule
            )
        default:
            let count = [2, 3, 9, 140].randomElement(using: &generator) ?? 3
            let links: [Link] = [
                .softmaxPairwise, .softmaxSequential, .softmaxLogSumExp, .identity, .sigmoid,
                .scaledSigmoid(factor: 1.5),
            ]
            return (
                count, links.randomElement(using: &generator) ?? .identity,
                .classification(classes: .strings((0..<count).map { "class \($0)" })), rule
            )
        }
    }

    private mutating func numbers(_ count: Int) -> [Double] {
        (0..<count).map { _ in Double.random(in: -1...1, using: &generator) }
    }

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &generator) < probability
    }
}

extension Int {
    fileprivate var clamped: Int { Swift.max(self, 0) }
}
