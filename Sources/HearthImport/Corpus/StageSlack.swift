import HearthKernels
import HearthModel

/// Rows as they leave the stages of a model, and how far each value may lie from what another BLAS makes of it.
///
/// Only a projection (PCA) is a sum; all other stages compute value by value, exactly, and pass on what is off.
struct StageSlack {
    /// Values per row.
    private var width: Int
    private var rowCount: Int
    private var values: [Double]
    /// As ``values``.
    private var slack: [Double]

    /// nil when a row is refused, when a stage asks other models, and when a stage follows a projection that makes of a
    /// difference what is not known here.
    init?(_ rows: [Double], _ definition: ModelDefinition) {
        width = max(1, definition.signature.columnCount)
        rowCount = rows.count / width
        values = rows
        slack = [Double](repeating: 0, count: rows.count)
        for stage in definition.stages {
            guard pass(stage) else { return nil }
        }
    }

    /// Whether a value may be off at all.
    var isOff: Bool { slack.contains { $0 > 0 } }

    /// What `body` makes of each row and of what its values may be off.
    func mapRows<Value>(_ body: (ArraySlice<Double>, ArraySlice<Double>) -> Value) -> [Value] {
        (0..<rowCount).map { row in
            let range = row * width..<(row + 1) * width
            return body(values[range], slack[range])
        }
    }

    /// Goes on through a stage; false when that cannot be told.
    private mutating func pass(_ stage: Stage) -> Bool {
        if case .columns(let branches) = stage { return pass(branches) }
        guard let next = Self.passed(values, width, stage) else { return false }
        let nextWidth = rowCount == 0 ? 1 : next.count / rowCount
        switch stage {
        case .project(let projection):
            slack = mapRows { row, slack in Self.slack(of: projection, Array(row), Array(slack)) }.flatMap(\.self)
        case .scale(let scaler):
            slack = mapRows { _, slack in Self.slack(of: scaler, Array(slack)) }.flatMap(\.self)
        case .impute, .markMissing, .encode, .polynomial, .columns, .estimates:
            guard !isOff else { return false }
            slack = [Double](repeating: 0, count: next.count)
        }
        (values, width) = (next, nextWidth)
        return slack.count == values.count
    }

    /// Each branch by itself, then beside each other.
    private mutating func pass(_ branches: [ColumnBranch]) -> Bool {
        var parts: [StageSlack] = []
        for branch in branches {
            var part = self
            part.width = branch.columns.count
            part.values = mapRows { row, _ in branch.columns.map { row[row.startIndex + $0] } }.flatMap(\.self)
            part.slack = mapRows { _, slack in branch.columns.map { slack[slack.startIndex + $0] } }.flatMap(\.self)
            for stage in branch.stages {
                guard part.pass(stage) else { return false }
            }
            parts.append(part)
        }
        let rows = parts.map { part in part.mapRows { row, slack in (row, slack) } }
        values = (0..<rowCount).flatMap { row in rows.flatMap { $0[row].0 } }
        slack = (0..<rowCount).flatMap { row in rows.flatMap { $0[row].1 } }
        width = parts.reduce(0) { $0 + $1.width }
        return true
    }

    /// What leaves one stage, by the kernels themselves; nil when it asks other models or refuses a row.
    private static func passed(_ rows: [Double], _ width: Int, _ stage: Stage) -> [Double]? {
        if case .estimates = stage { return nil }
        let definition = ModelDefinition(
            signature: InputSignature(columnCount: width), stages: [stage], estimator: .identity)
        return try? ServableModel(PackedModel.pack(definition)).outputs(of: rows)
    }

    private static func slack(of scaler: Scaler, _ slack: [Double]) -> [Double] {
        switch scaler.form {
        case .subtractThenDivide(_, let scale):
            slack.indices.map { slack[$0] / abs(scale?[$0] ?? 1) }
        case .multiplyThenAdd(let scale, _, _):
            slack.indices.map { slack[$0] * abs(scale[$0]) }
        }
    }

    private static func slack(of projection: Projection, _ row: [Double], _ slack: [Double]) -> [Double] {
        let mean = mean(of: projection)
        return (0..<projection.components.count / projection.columnCount).map { index in
            var size = 0.0
            for (column, weight) in projection.component(index).enumerated() {
                var value = row[column]
                if case .before(let means) = projection.offset { value -= means[column] }
                size += (abs(value) + slack[column] * 0x1p53) * abs(weight)
                // The projected mean is a sum of the same kind.
                size += 2 * abs(mean[column] * weight)
            }
            if case .after(let means) = projection.offset { size += abs(means[index]) + size }
            return Double(projection.columnCount + 3) * 0x1p-53 * size / abs(projection.scales?[index] ?? 1)
        }
    }

    /// The mean behind projected means, as far as the components span it; 0 where none is subtracted afterwards.
    private static func mean(of projection: Projection) -> [Double] {
        var mean = [Double](repeating: 0, count: projection.columnCount)
        guard case .after(let projected) = projection.offset else { return mean }
        for (index, value) in projected.enumerated() {
            for (column, weight) in projection.component(index).enumerated() { mean[column] += value * weight }
        }
        return mean
    }
}

extension Projection {
    /// The weights of one projected value.
    fileprivate func component(_ index: Int) -> ArraySlice<Double> {
        components[index * columnCount..<(index + 1) * columnCount]
    }
}
