import Glibc
import HearthModel

/// A definition computed the plain way: stage after stage, tree after tree, node after node, straight from `SKLEARN.md`
/// section 3.
///
/// It shares nothing with the kernels but the definition.
struct Oracle {
    let definition: ModelDefinition

    /// The outputs of one row, one array per named output.
    func outputs(of row: [Double]) -> [[Double]] {
        var values = row
        for stage in definition.stages { values = apply(stage, to: values) }
        switch definition.estimator {
        case .treeEnsemble(let ensemble): return outputs(of: ensemble, values)
        case .linear(let model):
            let single = model.accumulator == .float32
            let raw = zip(model.coefficients, model.intercepts).map { weights, intercept in
                guard single else { return zip(values, weights).reduce(0.0) { $0 + $1.0 * $1.1 } + intercept }
                var sum = Float(intercept)
                for (value, weight) in zip(values, weights) where !value.isNaN { sum += Float(value) * Float(weight) }
                return Double(sum)
            }
            return finish(
                raw, link: model.link, task: model.task, rule: model.classRule, isTrees: false, single: single)
        case .combination(let combination): return outputs(of: combination, values)
        case .kernelMachine(let model):
            return finish(
                [decision(of: model, values)], link: .identity, task: model.task, rule: .rawAboveZero, isTrees: false,
                single: false)
        case .localOutlierFactor(let model):
            return finish(
                [score(of: model, values)], link: .identity, task: .anomaly(offset: model.offset), rule: .rawAboveZero,
                isTrees: false, single: false)
        case .zScore(let model):
            var score = 0.0
            for (index, value) in values.enumerated() {
                let distance = abs(value - model.centers[index])
                let scale = model.scales[index]
                score = max(score, scale == 0 ? (distance == 0 ? 0 : ZScore.constantColumnScore) : distance / scale)
            }
            return [[-score], [model.threshold - score], [score > model.threshold ? -1 : 1]]
        case .identity: return [values]
        }
    }

    private func apply(_ stage: Stage, to row: [Double]) -> [Double] {
        switch stage {
        case .impute(let imputer):
            var result: [Double] = []
            let isMissing = row.indices.map { column in
                imputer.missing.map { row[column] == $0[column] } ?? row[column].isNaN
            }
            for (column, statistic) in imputer.statistics.enumerated() where !statistic.isNaN {
                result.append(isMissing[column] ? statistic : row[column])
            }
            return result + imputer.indicatorColumns.map { isMissing[$0] ? 1 : 0 }
        case .columns(let branches):
            return branches.flatMap { branch in
                branch.stages.reduce(branch.columns.map { row[$0] }) { apply($1, to: $0) }
            }
        case .encode(let encoder):
            return zip(row, encoder.columns).flatMap { value, column -> [Double] in
                let index = column.categories.firstIndex { $0 == value || $0.isNaN && value.isNaN }
                let position = index.map { column.positions?[$0] ?? $0 }
                switch encoder.form {
                case .oneHot:
                    let count = column.positions.map { ($0.max() ?? 0) + 1 } ?? column.categories.count
                    let kept = (0..<count).filter { $0 != column.dropped }
                    guard position != nil || kept.isEmpty else {
                        return kept.dropLast().map { _ in 0 } + [encoder.unknown ?? .signalingNaN]
                    }
                    return kept.map { $0 == position ? 1 : 0 }
                case .ordinal(let missing):
                    guard let position else { return [encoder.unknown ?? .signalingNaN] }
                    return [value.isNaN ? missing : Double(position)]
                }
            }
        case .polynomial(let features): return products(features, row)
        case .project(let projection): return projected(projection, row)
        case .markMissing(.equal(let missing)): return row.map { Float($0) == missing ? .nan : $0 }
        case .markMissing(.nearZeroCopies(let columns)):
            return row + columns.map { abs(row[$0]) <= Double(Float(1e-35)) ? .nan : row[$0] }
        case .estimates(let estimates): return answers(of: estimates, to: row)
        case .scale(let scaler):
            switch scaler.form {
            case .subtractThenDivide(let offset, let scale):
                return row.indices.map { index in
                    var value = row[index]
                    if let offset { value -= offset[index] }
                    if let scale { value /= scale[index] }
                    return value
                }
            case .multiplyThenAdd(let scale, let offset, let clip):
                return row.indices.map { index in
                    let value = row[index] * scale[index] + offset[index]
                    guard let clip, !value.isNaN else { return value }
                    return min(max(value, clip.lowerBound), clip.upperBound)
                }
            }
        }
    }

    private func outputs(of ensemble: TreeEnsemble, _ values: [Double]) -> [[Double]] {
        let single = ensemble.accumulator == .float32
        var sums = ensemble.baseValues
        var singles = sums.map(Float.init)
        for tree in ensemble.trees {
            let leaf = leaf(of: tree, in: ensemble, values)
            for index in 0..<tree.width {
                let output = tree.output + index
                sums[output] += tree.leafValues[leaf * tree.width + index]
                singles[output] += Float(tree.leafValues[leaf * tree.width + index])
            }
        }
        if ensemble.aggregation == .mean {
            sums = sums.map { $0 / Double(ensemble.trees.count) }
            singles = singles.map { $0 / Float(ensemble.trees.count) }
        }
        return finish(
            single ? singles.map(Double.init) : sums, link: ensemble.link, task: ensemble.task,
            rule: ensemble.classRule,
            isTrees: true, single: single)
    }

    private func leaf(of tree: Tree, in ensemble: TreeEnsemble, _ values: [Double]) -> Int {
        var index = 0
        while true {
            switch tree.nodes[index] {
            case .leaf(let row): return row
            case .split(let column, let threshold, let left, let right, let missingGoesLeft):
                let value = value(of: column, tree, ensemble, values)
                let stated = ensemble.thresholds == .float32 ? Double(Float(threshold)) : threshold
                let goesLeft: Bool
                if value.isNaN {
                    goesLeft = missingGoesLeft
                } else {
                    goesLeft = ensemble.splitRule == .less ? value < stated : value <= stated
                }
                index = goesLeft ? left : right
            case .category(let column, let set, let left, let right, let missingGoesLeft):
                let value = value(of: column, tree, ensemble, values)
                let goesLeft: Bool
                if value.isNaN || value < 0 && ensemble.negativeCategory == .missing {
                    goesLeft = missingGoesLeft
                } else if value <= -1 || value < 0 && ensemble.negativeCategory == .outside {
                    goesLeft = false
                } else {
                    let words = ensemble.categorySets[set]
                    let category = value.rounded(.towardZero)
                    goesLeft =
                        category < Double(words.count * 32)
                        && words[Int(category) / 32] >> UInt32(Int(category) % 32) & 1 == 1
                }
                index = goesLeft ? left : right
            }
        }
    }

    private func value(of column: Int, _ tree: Tree, _ ensemble: TreeEnsemble, _ values: [Double]) -> Double {
        let value = values[tree.columns?[column] ?? column]
        return ensemble.inputs == .float32 ? Double(Float(value)) : value
    }

    func finish(
        _ raw: [Double], link: Link, task: Task, rule: ClassRule, isTrees: Bool, single: Bool
    ) -> [[Double]] {
        switch task {
        case .regression, .transform: return [linked(raw, link, single)]
        case .anomaly(let offset):
            let score = linked(raw, link, single)[0]
            return [[score], [score - offset], [score - offset < 0 ? -1 : 1]]
        case .anomalyDecision(let offset):
            let isInlier = rule == .rawAtLeastZero ? raw[0] >= 0 : raw[0] > 0
            return [[raw[0] + offset], [raw[0]], [isInlier ? 1 : -1]]
        case .multiOutputClassification(let targets):
            var (chosen, probabilities, start): ([Double], [[Double]], Int) = ([], [], 0)
            for classes in targets {
                let values = Array(raw[start..<start + classes.count])
                chosen.append(Double(Self.firstLargest(values)))
                probabilities.append(values)
                start += classes.count
            }
            return [chosen] + probabilities
        case .classification(let classes):
            let rawIsProbability = link == .identity && isTrees && raw.count == classes.count
            var probabilities: [Double]?
            if link == .softmaxOfOpposites {
                probabilities = linked([-raw[0], raw[0]], .softmaxPairwise, single)
            } else if raw.count == 1 && classes.count == 2 {
                if link != .identity {
                    let positive = linked(raw, link, single)[0]
                    probabilities = [single ? Double(1 - Float(positive)) : 1 - positive, positive]
                }
            } else if link != .identity || rawIsProbability {
                var values = linked(raw, link, single)
                if link == .clippedUnit, Self.pairwiseSum(values) == 0 {
                    values = values.map { _ in 1 }
                }
                if link == .sigmoid || link == .clippedUnit {
                    let sum = Self.pairwiseSum(values)
                    values = values.map { $0 / sum }
                }
                probabilities = values
            }
            var chosen = Self.firstLargest(raw)
            if raw.count == 1 && classes.count == 2 {
                chosen = (rule == .rawAtLeastZero ? raw[0] >= 0 : raw[0] > 0) ? 1 : 0
            }
            if let probabilities, rule == .largestProbability { chosen = Self.firstLargest(probabilities) }
            return [[Double(chosen)]] + (probabilities.map { [$0] } ?? []) + (rawIsProbability ? [] : [raw])
        }
    }

    private func linked(_ raw: [Double], _ link: Link, _ single: Bool) -> [Double] {
        switch link {
        case .identity: return raw
        case .sigmoid:
            if single {
                return raw.map { value in
                    let negative = min(-Float(value), 88.7)
                    return Double(1 / ((expf(negative) + 1) + 1e-16))
                }
            }
            return raw.map { 1 / (1 + exp(-$0)) }
        case .scaledSigmoid(let factor):
            return raw.map { single ? Double(1 / (1 + expf(-Float($0)))) : 1 / (1 + exp(-(factor * $0))) }
        case .softplus: return raw.map { log1p(exp($0)) }
        case .signedSquare: return raw.map { $0 < 0 ? -$0 * $0 : $0 * $0 }
        case .step: return raw.map { $0 > 0 ? 1 : 0 }
        case .exponential: return raw.map { single ? Double(expf(Float($0))) : exp($0) }
        case .softmaxSequential:
            let largest = raw.max() ?? 0
            if single {
                let values = raw.map { expf(Float($0) - Float(largest)) }
                let sum = values.reduce(0.0) { $0 + Double($1) }
                return values.map { Double($0 / Float(sum)) }
            }
            let values = raw.map { exp($0 - largest) }
            let sum = values.reduce(0, +)
            return values.map { $0 / sum }
        case .softmaxPairwise:
            let largest = raw.max() ?? 0
            let values = raw.map { exp($0 - largest) }
            let sum = Self.pairwiseSum(values)
            return values.map { $0 / sum }
        case .softmaxOfOpposites: return linked([-raw[0], raw[0]], .softmaxPairwise, single)
        case .clippedUnit: return raw.map { (max(-1, min(1, $0)) + 1) / 2 }
        case .softmaxLogSumExpSequential:
            let largest = raw.max() ?? 0
            let logSum = log(raw.reduce(0) { $0 + exp($1 - largest) }) + largest
            return raw.map { exp($0 - logSum) }.map { $0.isNaN ? 0 : $0 }
        case .softmaxLogSumExp:
            let largest = raw.max() ?? 0
            let logSum = log(Self.pairwiseSum(raw.map { exp($0 - largest) })) + largest
            return raw.map { exp($0 - logSum) }.map { $0.isNaN ? 0 : $0 }
        case .isolation(let normalizer):
            // Not the literal 2, of which the compiler would make exp2.
            let base = Double(definition.stages.count * 0 + raw.count + 1)
            return [-pow(base, -(normalizer == 0 ? 1 : raw[0] / normalizer))]
        }
    }

    static func pairwiseSum(_ values: [Double]) -> Double {
        if values.count < 8 { return values.reduce(0, +) }
        if values.count <= 128 {
            var partial = Array(values[0..<8])
            let end = values.count / 8 * 8
            for index in 8..<max(end, 8) { partial[index % 8] += values[index] }
            let sum =
                ((partial[0] + partial[1]) + (partial[2] + partial[3]))
                + ((partial[4] + partial[5]) + (partial[6] + partial[7]))
            return values[end...].reduce(sum, +)
        }
        let half = values.count / 2 / 8 * 8
        return pairwiseSum(Array(values[..<half])) + pairwiseSum(Array(values[half...]))
    }

    private static func firstLargest(_ values: [Double]) -> Int {
        values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
    }
}
