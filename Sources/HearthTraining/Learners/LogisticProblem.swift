import Glibc

/// The sum that a logistic regression makes least, at one point, with its gradient; see ``LogisticRegressionLearner``.
struct LogisticProblem {
    private let rows: RowMatrix
    private let labels: [Bool]
    /// Class weight times strength, one per row.
    private let weights: [Double]
    private let weightSum: Double
    /// The coefficients, then the intercept.
    private(set) var point: [Double]
    private(set) var objective: Double
    private(set) var gradient: [Double]

    init(rows: RowMatrix, labels: [Bool], weights: [Double], strength: Double) {
        self.rows = rows
        self.labels = labels
        self.weights = weights.map { $0 * strength }
        weightSum = self.weights.reduce(0, +)
        point = [Double](repeating: 0, count: rows.columnCount + 1)
        (objective, gradient) = (0, [])
        (objective, gradient) = value(at: point)
    }

    /// The greatest element of the gradient per unit of weight.
    var gradientNorm: Double {
        (gradient.map(\.magnitude).max() ?? 0) / weightSum
    }

    /// Halvings of a step before it is given up.
    private static let halvingCountMax = 40

    /// Takes one step of Newton's method; false when none lowers the sum.
    mutating func step() -> Bool {
        guard let direction = CholeskySolver.solution(of: hessian(), gradient) else { return false }
        var scale = 1.0
        let slope = zip(direction, gradient).reduce(0.0) { $0 + $1.0 * $1.1 }
        for _ in 0..<Self.halvingCountMax {
            let candidate = zip(point, direction).map { $0 - scale * $1 }
            let (objective, gradient) = value(at: candidate)
            // Armijo's rule, or, where the sum changes by less than its rounding, a smaller gradient.
            let isLower = objective <= self.objective - 1e-4 * scale * slope
            let isFlat = (objective - self.objective).magnitude <= self.objective.magnitude * 1e-13
            let largest = gradient.map(\.magnitude).max() ?? 0
            if isLower && objective < self.objective || isFlat && largest / weightSum < gradientNorm {
                (point, self.objective, self.gradient) = (candidate, objective, gradient)
                return true
            }
            scale /= 2
        }
        return false
    }

    private func decision(_ row: Int, at point: [Double]) -> Double {
        var sum = 0.0
        for column in 0..<rows.columnCount { sum += rows[row, column] * point[column] }
        return sum + point[rows.columnCount]
    }

    private func value(at point: [Double]) -> (Double, [Double]) {
        let width = rows.columnCount
        var loss = 0.0
        var gradient = [Double](repeating: 0, count: width + 1)
        for row in 0..<rows.rowCount {
            let decision = decision(row, at: point)
            let target = labels[row] ? 1.0 : 0.0
            // log(1 + exp(f)) without overflow.
            loss += weights[row] * (max(decision, 0) + log1p(exp(-decision.magnitude)) - target * decision)
            let difference = weights[row] * (Self.sigmoid(decision) - target)
            for column in 0..<width { gradient[column] += difference * rows[row, column] }
            gradient[width] += difference
        }
        for column in 0..<width {
            loss += point[column] * point[column] / 2
            gradient[column] += point[column]
        }
        return (loss, gradient)
    }

    /// The lower triangle of the second derivatives, row after row.
    private func hessian() -> [[Double]] {
        let width = rows.columnCount
        var matrix = (0...width).map { [Double](repeating: 0, count: $0 + 1) }
        var values = [Double](repeating: 1, count: width + 1)
        for row in 0..<rows.rowCount {
            let probability = Self.sigmoid(decision(row, at: point))
            let curvature = weights[row] * probability * (1 - probability)
            for column in 0..<width { values[column] = rows[row, column] }
            for left in 0...width {
                let factor = curvature * values[left]
                for right in 0...left { matrix[left][right] += factor * values[right] }
            }
        }
        for column in 0..<width { matrix[column][column] += 1 }
        return matrix
    }

    private static func sigmoid(_ value: Double) -> Double {
        1 / (1 + exp(-value))
    }
}

/// Solves equations whose matrix is symmetric and positive definite.
enum CholeskySolver {
    /// The `x` with `matrix * x = right`; nil when the matrix is not positive definite.
    ///
    /// - Parameter matrix: its lower triangle, row after row.
    static func solution(of matrix: [[Double]], _ right: [Double]) -> [Double]? {
        let count = right.count
        var factor = matrix
        for row in 0..<count {
            for column in 0...row {
                var sum = factor[row][column]
                for index in 0..<column { sum -= factor[row][index] * factor[column][index] }
                if row == column {
                    guard sum > 0 else { return nil }
                    factor[row][row] = sum.squareRoot()
                } else {
                    factor[row][column] = sum / factor[column][column]
                }
            }
        }
        var solution = right
        for row in 0..<count {
            for index in 0..<row { solution[row] -= factor[row][index] * solution[index] }
            solution[row] /= factor[row][row]
        }
        for row in (0..<count).reversed() {
            for index in row + 1..<max(count, row + 1) { solution[row] -= factor[index][row] * solution[index] }
            solution[row] /= factor[row][row]
        }
        return solution
    }
}
