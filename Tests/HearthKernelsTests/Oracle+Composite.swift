import Glibc
import HearthModel

/// Models of models the plain way: every member asked by an oracle of its own, every rule from arrays of arrays.
extension Oracle {
    func answers(of estimates: Estimates, to row: [Double]) -> [Double] {
        var result: [Double] = []
        for member in estimates.members {
            var seen = member.columns.map { $0.map { row[$0] } } ?? row
            if member.roundsToFloat32 { seen = seen.map { Double(Float($0)) } }
            let outputs = Oracle(definition: member.model).outputs(of: seen)
            for answer in member.answers {
                var values: [Double]
                switch answer.source {
                case .predict: values = outputs[0]
                case .probabilities: values = outputs[1]
                case .decision: values = outputs[outputs.count - 1]
                }
                if !answer.classValues.isEmpty { values = [answer.classValues[Int(values[0])]] }
                values = Array(values[answer.first..<answer.first + answer.count])
                if !answer.places.isEmpty {
                    var wide = [Double](repeating: 0, count: answer.width)
                    for (place, value) in zip(answer.places, values) { wide[place] = value }
                    values = wide
                }
                result += values
            }
        }
        return estimates.passesRow ? result + row : result
    }

    func outputs(of combination: Combination, _ x: [Double]) -> [[Double]] {
        var classCount = 0
        if case .classification(let classes) = combination.task { classCount = classes.count }
        switch combination.rule {
        case .mean(let mean):
            let values = (0..<mean.width).map { column in
                let own = (0..<mean.memberCount).map { x[$0 * mean.width + column] }
                if mean.accumulator == .float32 {
                    return Double(own.reduce(Float(mean.start)) { $0 + Float($1) } / Float(mean.divisor))
                }
                let products = mean.weights.isEmpty ? own : zip(own, mean.weights).map { $0 * $1 }
                return products.reduce(mean.start, +) / mean.divisor
            }
            guard classCount > 0 else { return [values] }
            let probabilities = Array(values.prefix(classCount))
            let decision = Array(values.dropFirst(classCount))
            return [[largest(probabilities)], probabilities] + (decision.isEmpty ? [] : [decision])
        case .votes(let weights):
            var votes = [Double](repeating: 0, count: classCount)
            for (vote, weight) in zip(x, weights) { votes[Int(vote)] += weight }
            return [[largest(votes)]]
        case .weightedMedian(let weights):
            let order = x.indices.sorted { (x[$0], $0) < (x[$1], $1) }
            let sums = order.indices.map { end in order[...end].reduce(0.0) { $0 + weights[$1] } }
            let place = sums.firstIndex { $0 >= 0.5 * sums[sums.count - 1] } ?? 0
            return [[x[order[place]]]]
        case .adaptiveBoost(let boost): return outputs(of: boost, x, classCount)
        case .calibration(let calibration): return outputs(of: calibration, x, classCount)
        case .oneVersusRest(let rest): return outputs(of: rest, x, classCount)
        case .boostedStart(let start):
            var raw = Array(x.prefix(start.outputCount))
            if start.transform != .identity { raw = raw.map { min(max($0, start.epsilon), 1 - start.epsilon) } }
            let mean = exp(Self.pairwiseSum(raw.map { log($0) }) / Double(raw.count))
            switch start.transform {
            case .identity: break
            case .logOdds: raw = raw.map { log($0 / (1 - $0)) }
            case .halfLogOdds: raw = raw.map { 0.5 * log($0 / (1 - $0)) }
            case .logit: raw = raw.map { logit($0) }
            case .halfLogit: raw = raw.map { 0.5 * logit($0) }
            case .log: raw = raw.map { log($0) }
            case .logOfGeometricMean: raw = raw.map { log($0 / mean) }
            }
            for (tree, value) in x.dropFirst(start.outputCount).enumerated() {
                raw[tree % start.outputCount] += value
            }
            return finish(
                raw, link: combination.link, task: combination.task, rule: combination.classRule, isTrees: true,
                single: false)
        }
    }

    private func outputs(of boost: Combination.AdaptiveBoost, _ x: [Double], _ classCount: Int) -> [[Double]] {
        var sums = [Double](repeating: 0, count: classCount)
        var isReal = false
        switch boost.form {
        case .discrete(let hits, let misses):
            for (member, chosen) in x.enumerated() {
                for index in sums.indices { sums[index] += index == Int(chosen) ? hits[member] : misses[member] }
            }
        case .real(let memberCount):
            isReal = true
            for member in 0..<memberCount {
                let logs = x[member * classCount..<(member + 1) * classCount].map { log(max($0, 0x1p-52)) }
                let mean = 1.0 / Double(classCount) * Self.pairwiseSum(logs)
                for index in sums.indices { sums[index] += Double(classCount - 1) * (logs[index] - mean) }
            }
        }
        sums = sums.map { $0 / boost.weightSum }
        let decision = classCount == 2 ? [-sums[0] + sums[1]] : sums
        let scaled =
            classCount == 2 ? [-decision[0] / 2, decision[0] / 2] : sums.map { $0 / Double(classCount - 1) }
        let chosen = classCount == 2 ? (decision[0] > 0 ? 1 : 0) : largest(decision)
        return [[chosen], softmax(scaled, sequential: !isReal), decision]
    }

    private func outputs(of calibration: Combination.Calibration, _ x: [Double], _ classCount: Int) -> [[Double]] {
        var mean = [Double](repeating: 0, count: classCount)
        let width = calibration.valueCount
        for (fold, calibrators) in calibration.folds.enumerated() {
            let values = Array(x[fold * width..<(fold + 1) * width])
            var p: [Double]
            if case .temperature(let beta) = calibrators[0] {
                let isDecision = calibration.method == .temperatureOfDecision
                var logits = values
                if width == 1 { logits = isDecision ? [-values[0], values[0]] : [1 - values[0], values[0]] }
                if !isDecision { logits = logits.map { log($0 + 1e-12) } }
                p = softmax(logits.map { beta * $0 }, sequential: false)
            } else {
                p = zip(values, calibrators).map { calibrated($0, $1) }
                if width == 1 {
                    p = [1 - p[0], p[0]]
                } else {
                    let sum = Self.pairwiseSum(p)
                    p = p.map { sum == 0 ? 1 / Double(classCount) : $0 / sum }
                }
            }
            for index in mean.indices { mean[index] += p[index] > 1 && p[index] <= 1.00001 ? 1 : p[index] }
        }
        mean = mean.map { $0 / Double(calibration.folds.count) }
        return [[largest(mean)], mean]
    }

    private func calibrated(_ value: Double, _ calibrator: Combination.Calibration.Calibrator) -> Double {
        switch calibrator {
        case .sigmoid(let a, let b): return 1 / (1 + exp(a * value + b))
        case .temperature: return .nan
        case .isotonic(let x, let y):
            guard let above = x.firstIndex(where: { $0 > value }) else { return y[y.count - 1] }
            guard above > 0 else { return y[0] }
            guard x[above - 1] != value else { return y[above - 1] }
            let slope = (y[above] - y[above - 1]) / (x[above] - x[above - 1])
            return slope * (value - x[above - 1]) + y[above - 1]
        }
    }

    private func outputs(of rest: Combination.OneVersusRest, _ x: [Double], _ classCount: Int) -> [[Double]] {
        let stride = (rest.hasDecision ? 1 : 0) + (rest.hasProbabilities ? 1 : 0)
        let scores = (0..<rest.memberCount).map { x[$0 * stride] }
        var chosen = rest.prefersLast ? Double(scores.lastIndex(of: scores.max() ?? 0) ?? 0) : largest(scores)
        if rest.memberCount == 1 { chosen = scores[0] > rest.threshold ? 1 : 0 }
        var outputs = [[chosen]]
        if rest.hasProbabilities {
            var p = (0..<rest.memberCount).map { x[$0 * stride + stride - 1] }
            if p.count == 1 { p = [1 - p[0], p[0]] }
            let sum = p.reduce(0, +)
            outputs.append(sum == 0 && rest.keepsZeroRows ? p : p.map { $0 / sum })
        }
        return rest.hasDecision ? outputs + [scores] : outputs
    }

    private func softmax(_ values: [Double], sequential: Bool) -> [Double] {
        let largest = values.max() ?? 0
        let powers = values.map { exp($0 - largest) }
        let sum = sequential ? powers.reduce(0, +) : Self.pairwiseSum(powers)
        return powers.map { $0 / sum }
    }

    private func logit(_ p: Double) -> Double {
        p < 0.3 || p > 0.65 ? log(p / (1 - p)) : log1p(2 * (p - 0.5)) - log1p(-(2 * (p - 0.5)))
    }

    private func largest(_ values: [Double]) -> Double {
        Double(values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 })
    }
}
