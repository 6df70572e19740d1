import Foundation
import HearthKernels
import HearthModel
import Testing

/// How far two orders of summing a linear model may lie apart (`(n + 2) 2^-53 (sum |x w| + |b|)`).
enum CorpusBound {
    /// Models whose sums have one order, or that of the BLAS that made the corpus.
    static func isExact(_ definition: ModelDefinition) -> Bool {
        switch definition.estimator {
        case .kernelMachine, .localOutlierFactor, .treeEnsemble, .identity: true
        case .linear, .zScore, .combination: false
        }
    }

    /// One per row.
    static func bounds(_ definition: ModelDefinition, rows: [Double]) throws -> [Double] {
        guard case .linear(let model) = definition.estimator else {
            Issue.record("a bound of sums for something other than a linear model")
            return []
        }
        guard definition.stages.contains(where: \.isProjection) else { return try plainBounds(model, definition, rows) }
        let columnCount = definition.signature.columnCount
        return try stride(from: 0, to: rows.count, by: columnCount).map { start in
            var row = Array(rows[start..<start + columnCount])
            // What the row itself may be off, column by column.
            var slack = [Double](repeating: 0, count: columnCount)
            for stage in definition.stages { (row, slack) = try prepared(row, slack, stage) }
            let bound =
                zip(model.coefficients, model.intercepts).map { weights, intercept in
                    let size = zip(row, weights).reduce(abs(intercept)) { $0 + abs($1.0 * $1.1) }
                    let carried = zip(slack, weights).reduce(0) { $0 + abs($1.0 * $1.1) }
                    return Double(row.count + 2) * 0x1p-53 * size + carried
                }.max() ?? 0
            guard model.link == .exponential else { return bound }
            let decision = zip(row, model.coefficients[0]).reduce(model.intercepts[0]) { $0 + $1.0 * $1.1 }
            return 1.001 * bound * exp(decision)
        }
    }

    /// Those of a linear model over rows that the stages compute exactly.
    private static func plainBounds(
        _ model: LinearModel, _ definition: ModelDefinition, _ rows: [Double]
    ) throws -> [Double] {
        var preparation = definition
        preparation.estimator = .identity
        let prepared = try #require(try ServableModel(imported: preparation).answers(to: rows)["transform"])
        let width = model.coefficients[0].count
        return stride(from: 0, to: prepared.count, by: width).map { start in
            let row = prepared[start..<start + width]
            let bound =
                zip(model.coefficients, model.intercepts).map { weights, intercept in
                    let size = zip(row, weights).reduce(abs(intercept)) { $0 + abs($1.0 * $1.1) }
                    return Double(width + 2) * 0x1p-53 * size
                }.max() ?? 0
            guard model.link == .exponential else { return bound }
            let decision = zip(row, model.coefficients[0]).reduce(model.intercepts[0]) { $0 + $1.0 * $1.1 }
            return 1.001 * bound * exp(decision)
        }
    }

    private static func prepared(
        _ row: [Double], _ slack: [Double], _ stage: Stage
    ) throws -> ([Double], [Double]) {
        switch stage {
        case .scale(let scaler):
            guard case .subtractThenDivide(let offset, let scale) = scaler.form else { break }
            return (
                row.indices.map { (row[$0] - (offset?[$0] ?? 0)) / (scale?[$0] ?? 1) },
                row.indices.map { slack[$0] / abs(scale?[$0] ?? 1) }
            )
        case .polynomial(let features):
            let products = features.products() ?? []
            var all = (features.includesOne ? [1] : []) + row
            for product in products { all.append(all[product.earlier] * row[product.column]) }
            return (all, all.map { _ in 0 })
        case .project(let projection):
            return projected(row, slack, projection)
        case .impute, .markMissing, .columns, .encode, .estimates: break
        }
        Issue.record("a stage of a linear model that this test does not know")
        return (row, slack)
    }

    private static func projected(
        _ row: [Double], _ slack: [Double], _ projection: Projection
    ) -> ([Double], [Double]) {
        var (values, bounds): ([Double], [Double]) = ([], [])
        let width = projection.columnCount
        for index in 0..<projection.components.count / width {
            let component = projection.components[index * width..<(index + 1) * width]
            var (sum, size) = (0.0, 0.0)
            for (column, weight) in component.enumerated() {
                var (value, least) = (row[column], abs(row[column]))
                if case .before(let means) = projection.offset {
                    value -= means[column]
                    least = abs(value)
                }
                sum += value * weight
                size += (least + slack[column] * 0x1p53) * abs(weight)
            }
            if case .after(let means) = projection.offset {
                sum -= means[index]
                // The projected mean is a sum of the same kind.
                size += abs(means[index]) + size
            }
            let scale = projection.scales?[index] ?? 1
            values.append(sum / scale)
            bounds.append(Double(width + 3) * 0x1p-53 * size / abs(scale))
        }
        return (values, bounds)
    }
}

extension Stage {
    fileprivate var isProjection: Bool {
        if case .project = self { true } else { false }
    }
}

extension ClassLabels {
    /// A label as number and as text, as a corpus has it.
    func label(at index: Int) -> (number: Double, text: String) {
        switch self {
        case .integers(let labels): (Double(labels[index]), "")
        case .booleans(let labels): (labels[index] ? 1 : 0, "")
        case .floats(let labels): (labels[index], "")
        case .strings(let labels): (0, labels[index])
        }
    }
}
