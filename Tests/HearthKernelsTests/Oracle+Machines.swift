import Glibc
import HearthModel

/// Kernel machines, neighbours and stages that mix columns, the plain way.
///
/// Sums go left to right: up to 15 columns that is what BLAS does.
extension Oracle {
    func decision(of model: KernelMachine, _ row: [Double]) -> Double {
        var sum = 0.0
        for (index, coefficient) in model.coefficients.enumerated() {
            let start = index * model.columnCount
            let vector = Array(model.supportVectors[start..<start + model.columnCount])
            let product = plain(row, vector)
            let value: Double
            switch model.kernel {
            case .linear: value = product
            case .polynomial(let gamma, let offset, let degree):
                // Exact for the degrees 0 to 3 of the tests.
                let base = gamma * product + offset
                value = degree == 0 ? 1 : degree == 1 ? base : degree == 2 ? base * base : base * (base * base)
            case .radial(let gamma):
                let difference = zip(row, vector).map { $0 - $1 }
                value = exp(-gamma * plain(difference, difference))
            case .sigmoid(let gamma, let offset): value = tanh(gamma * product + offset)
            }
            sum += coefficient * value
        }
        return sum + model.intercept
    }

    /// Nearest points by sorting all of them.
    func score(of model: LocalOutlierFactor, _ row: [Double]) -> Double {
        let nearest = model.densities.indices.map { index -> (point: Int, distance: Double) in
            let start = index * model.columnCount
            let differences = zip(row, model.points[start..<start + model.columnCount]).map { $0 - $1 }
            switch model.metric {
            case .euclidean: return (index, differences.reduce(0) { $0 + $1 * $1 }.squareRoot())
            case .manhattan: return (index, differences.reduce(0) { $0 + abs($1) })
            case .chebyshev: return (index, differences.map(abs).max() ?? 0)
            }
        }
        .sorted { $0.distance < $1.distance }
        .prefix(model.neighborCount)
        let count = Double(model.neighborCount)
        let reach = nearest.map { max($0.distance, model.neighborDistances[$0.point]) }
        let density = 1 / (Self.pairwiseSum(reach) / count + 1e-10)
        return -(Self.pairwiseSum(nearest.map { model.densities[$0.point] / density }) / count)
    }

    /// Every product of columns in order, by degree, as `itertools` lists them.
    func products(_ features: PolynomialFeatures, _ row: [Double]) -> [Double] {
        var result = features.includesOne ? [1.0] : []
        var previous: [(columns: [Int], value: Double)] = row.enumerated().map { ([$0], $1) }
        for degree in stride(from: 1, through: features.degreeMax, by: 1) {
            if degree > 1 {
                previous = row.indices.flatMap { column in
                    previous.filter { features.interactionOnly ? $0.columns[0] > column : $0.columns[0] >= column }
                        .map { ([column] + $0.columns, $0.value * row[column]) }
                }
            }
            if degree >= features.degreeMin { result += previous.map(\.value) }
        }
        return result
    }

    func projected(_ projection: Projection, _ row: [Double]) -> [Double] {
        stride(from: 0, to: projection.components.count, by: projection.columnCount).enumerated().map { index, start in
            let component = Array(projection.components[start..<start + projection.columnCount])
            var value: Double
            switch projection.offset {
            case .none: value = fused(row, component)
            case .before(let means): value = fused(zip(row, means).map { $0 - $1 }, component)
            case .after(let means): value = fused(row, component) - means[index]
            }
            if let scales = projection.scales { value /= scales[index] }
            return value
        }
    }

    private func plain(_ left: [Double], _ right: [Double]) -> Double {
        zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    }

    private func fused(_ left: [Double], _ right: [Double]) -> Double {
        zip(left, right).reduce(0) { $0.addingProduct($1.0, $1.1) }
    }
}
