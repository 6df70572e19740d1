import Glibc
import HearthModel

extension SklearnConverter {
    /// PCA and IncrementalPCA: from 1.5 on the projected means are subtracted, before the means themselves.
    func principalComponents(_ source: SklearnEstimator) throws(ArtifactError) -> Stage {
        let columnCount = try source.columnCount()
        let components = try components(source, columnCount)
        let count = components.count / columnCount
        let means = try source.columnValues("mean_", count: columnCount)
        let isAfter = source.version >= SklearnVersion(1, 5)
        var scales: [Double]?
        if try source.flag("whiten") {
            let roots = try source.columnValues("explained_variance_", count: count).map { $0.squareRoot() }
            scales = isAfter ? roots.map { $0 < Double.ulpOfOne ? Double.ulpOfOne : $0 } : roots
            guard let scales, scales.allSatisfy({ $0.isFinite && $0 > 0 }) else {
                throw source.refusal("whitening by a variance of 0 found", hint: "train with fewer components")
            }
        }
        guard isAfter else {
            return .project(
                Projection(components: components, columnCount: columnCount, offset: .before(means), scales: scales))
        }
        let projected = unsafe means.withUnsafeBufferPointer { means in
            unsafe components.withUnsafeBufferPointer { components -> [Double] in
                guard let mean = means.baseAddress, let first = components.baseAddress else { return [] }
                return (0..<count).map {
                    unsafe FusedSum.sequential(mean, first + $0 * columnCount, count: columnCount)
                }
            }
        }
        return .project(
            Projection(components: components, columnCount: columnCount, offset: .after(projected), scales: scales))
    }

    /// TruncatedSVD: the components alone.
    func truncatedDecomposition(_ source: SklearnEstimator) throws(ArtifactError) -> Stage {
        let columnCount = try source.columnCount()
        return .project(
            Projection(
                components: try components(source, columnCount), columnCount: columnCount, offset: .none, scales: nil))
    }

    private func components(_ source: SklearnEstimator, _ columnCount: Int) throws(ArtifactError) -> [Double] {
        let array = try source.node.member("components_").array().requireShape([nil, columnCount])
        guard array.type.kind == .float, array.type.byteCount == 8 else {
            throw source.refusal("components of \(array.type.text) found, f8 expected", hint: "train on 64-bit numbers")
        }
        let values = try array.doubles()
        guard !values.isEmpty, values.allSatisfy(\.isFinite) else {
            throw array.node.error("\(values.count) numbers of components found, finite ones expected")
        }
        return values
    }

    /// Products of columns.
    func polynomialFeatures(_ source: SklearnEstimator) throws(ArtifactError) -> Stage {
        let columnCount = try source.columnCount()
        let degree = try source.node.member("degree")
        var degrees = [0, 0]
        if degree.kind == .tuple || degree.kind == .list {
            guard try degree.count() == 2 else { throw degree.expected("two degrees") }
            degrees = [
                try degree.item(0).integer(in: 0...ModelLimits.columnCount),
                try degree.item(1).integer(in: 0...ModelLimits.columnCount),
            ]
        } else {
            degrees[1] = try degree.integer(in: 0...ModelLimits.columnCount)
        }
        return .polynomial(
            PolynomialFeatures(
                inputCount: columnCount, degreeMin: degrees[0], degreeMax: degrees[1],
                interactionOnly: try source.flag("interaction_only"), includesOne: try source.flag("include_bias")))
    }
}
