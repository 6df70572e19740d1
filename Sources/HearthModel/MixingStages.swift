/// scikit-learn's PolynomialFeatures: products of columns, each made from one of lower degree by one multiplication.
package struct PolynomialFeatures: Sendable, Equatable, BitwiseCopyable {
    package var inputCount: Int
    /// Products of fewer factors are left out; 0 and 1 leave none out.
    package var degreeMin: Int
    package var degreeMax: Int
    /// Only products of different columns.
    package var interactionOnly: Bool
    /// A column of ones comes first.
    package var includesOne: Bool

    package init(inputCount: Int, degreeMin: Int, degreeMax: Int, interactionOnly: Bool, includesOne: Bool) {
        self.inputCount = inputCount
        self.degreeMin = degreeMin
        self.degreeMax = degreeMax
        self.interactionOnly = interactionOnly
        self.includesOne = includesOne
    }

    /// One product: an earlier column of the result times a column of the row.
    package struct Product: Sendable, Equatable {
        package var earlier: Int
        package var column: Int
    }

    /// Columns before the products: the ones, then the row itself.
    package var plainCount: Int { (includesOne ? 1 : 0) + (degreeMax >= 1 ? inputCount : 0) }

    /// Columns that leave the stage are the ones, then the last this many of all.
    package func keptCount(of productCount: Int) -> Int {
        guard degreeMin > 1 else { return (degreeMax >= 1 ? inputCount : 0) + productCount }
        var count = 0
        forEachDegree { degree, products in if degree >= degreeMin { count += products.count } }
        return count
    }

    /// The products in the library's order; nil when there are more than ``ModelLimits/columnCount``.
    package func products() -> [Product]? {
        var all: [Product] = []
        var fits = true
        forEachDegree { _, products in
            fits = fits && plainCount + all.count + products.count <= ModelLimits.columnCount
            if fits { all += products }
        }
        return fits ? all : nil
    }

    /// `_polynomial.py`, `PolynomialFeatures.transform`: for each column the products of the degree before that start
    /// with it or a later column.
    private func forEachDegree(_ body: (Int, [Product]) -> Void) {
        guard degreeMax >= 2 else { return }
        var current = plainCount
        var starts = Array(current - inputCount...current)
        for degree in 2...degreeMax {
            var products: [Product] = []
            var next: [Int] = []
            let end = starts[starts.count - 1]
            for column in 0..<inputCount where column < starts.count - 1 {
                next.append(current)
                let start = interactionOnly ? starts[column + 1] : starts[column]
                guard start < end else { break }
                for earlier in start..<end { products.append(Product(earlier: earlier, column: column)) }
                current += end - start
                guard current <= 2 * ModelLimits.columnCount else { break }
            }
            body(degree, products)
            guard !products.isEmpty, current <= 2 * ModelLimits.columnCount else { return }
            next.append(current)
            starts = next
        }
    }

    func validate(inputCount width: Int, place: String) throws(ModelError) -> Int {
        guard inputCount == width, inputCount >= 1 else {
            throw .invalid(place, "products of \(inputCount) columns found, of the \(width) before them expected")
        }
        guard degreeMin >= 0, degreeMin <= degreeMax, degreeMax <= ModelLimits.columnCount else {
            throw .invalid(place, "degrees \(degreeMin) to \(degreeMax) found, two in order expected")
        }
        guard let products = products() else {
            throw .unsupported(place, "products that make more than \(ModelLimits.columnCount) columns found")
        }
        let count = (includesOne ? 1 : 0) + keptCount(of: products.count)
        guard (1...ModelLimits.columnCount).contains(count) else {
            throw .invalid(place, "\(count) columns leave the stage, 1 to \(ModelLimits.columnCount) expected")
        }
        return count
    }

    init(from reader: inout ByteReader) throws(ModelError) {
        inputCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        degreeMin = try reader.readCount("degrees", atMost: ModelLimits.columnCount)
        degreeMax = try reader.readCount("degrees", atMost: ModelLimits.columnCount)
        interactionOnly = try reader.readBool()
        includesOne = try reader.readBool()
        do throws(ModelError) {
            _ = try validate(inputCount: inputCount, place: "stage")
        } catch {
            throw reader.malformed(error.message)
        }
    }

    func encode(to writer: inout ByteWriter) {
        for count in [inputCount, degreeMin, degreeMax] { writer.write(count: count) }
        writer.write(interactionOnly)
        writer.write(includesOne)
    }

    /// Columns that leave the stage; 0 for products that no validated stage has.
    var outputCount: Int { products().map { (includesOne ? 1 : 0) + keptCount(of: $0.count) } ?? 0 }
}

/// scikit-learn's PCA and TruncatedSVD: `row . component` for each component, the sums from left to right with fused
/// products, as BLAS makes them for many rows.
package struct Projection: Sendable, Equatable {
    /// What is subtracted, and when.
    package enum Offset: Sendable, Equatable {
        case none
        /// From the row, one per column (PCA up to scikit-learn 1.4).
        case before([Double])
        /// From the projected row, one per component (PCA from 1.5).
        case after([Double])
    }

    /// The components one after the other, a value per column each.
    package var components: [Double]
    package var columnCount: Int
    package var offset: Offset
    /// What each projected value is divided by (whitening); not 0.
    package var scales: [Double]?

    package init(components: [Double], columnCount: Int, offset: Offset, scales: [Double]?) {
        self.components = components
        self.columnCount = columnCount
        self.offset = offset
        self.scales = scales
    }

    var componentCount: Int { components.count / max(columnCount, 1) }

    func validate(inputCount: Int, place: String) throws(ModelError) -> Int {
        guard columnCount == inputCount, columnCount > 0, components.count % columnCount == 0 else {
            throw .invalid(place, "components over \(columnCount) columns found, \(inputCount) expected")
        }
        let count = componentCount
        guard (1...ModelLimits.columnCount).contains(count) else {
            throw .invalid(place, "\(count) components found, 1 to \(ModelLimits.columnCount) expected")
        }
        guard offsets.count == (offsetKind == 1 ? columnCount : offsetKind == 2 ? count : 0),
            scales?.count ?? count == count
        else { throw .invalid(place, "offsets or scales that are not one each found") }
        guard components.allSatisfy(\.isFinite), offsets.allSatisfy(\.isFinite),
            scales?.allSatisfy({ $0.isFinite && $0 != 0 }) ?? true
        else { throw .invalid(place, "a component, offset or scale that is not usable found") }
        return count
    }

    private var offsetKind: UInt8 {
        switch offset {
        case .none: 0
        case .before: 1
        case .after: 2
        }
    }

    private var offsets: [Double] {
        switch offset {
        case .none: []
        case .before(let values), .after(let values): values
        }
    }

    func pack(to parameters: inout ByteWriter) -> StageShape {
        parameters.write(components)
        parameters.write(offsets)
        parameters.write(scales ?? [])
        return .project(
            ProjectionShape(
                inputCount: columnCount, outputCount: componentCount, offset: .init(rawValue: offsetKind) ?? .none,
                hasScale: scales != nil))
    }
}

/// A packed ``Projection`` without its arrays.
package struct ProjectionShape: Sendable, Equatable, BitwiseCopyable {
    /// ``Projection/Offset`` without the numbers.
    package enum Offset: UInt8, Sendable, Equatable, BitwiseCopyable {
        case none = 0
        case before = 1
        case after = 2
    }

    package var inputCount: Int
    package var outputCount: Int
    package var offset: Offset
    package var hasScale: Bool

    package var offsetCount: Int {
        switch offset {
        case .none: 0
        case .before: inputCount
        case .after: outputCount
        }
    }

    /// Parameters: the components, the offsets, the scales if there are any.
    package var parameterCount: Int { inputCount * outputCount + offsetCount + (hasScale ? outputCount : 0) }

    init(inputCount: Int, outputCount: Int, offset: Offset, hasScale: Bool) {
        self.inputCount = inputCount
        self.outputCount = outputCount
        self.offset = offset
        self.hasScale = hasScale
    }

    init(from reader: inout ByteReader) throws(ModelError) {
        inputCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        outputCount = try reader.readCount("components", atMost: ModelLimits.columnCount)
        let kind = try reader.read(UInt8.self)
        guard let offset = Offset(rawValue: kind) else {
            throw reader.malformed("offset kind \(kind) found, 0 to 2 expected")
        }
        self.offset = offset
        hasScale = try reader.readBool()
    }

    func encode(to writer: inout ByteWriter) {
        writer.write(count: inputCount)
        writer.write(count: outputCount)
        writer.write(offset.rawValue)
        writer.write(hasScale)
    }
}

extension Stage {
    /// Columns that leave the stage; throws ``ModelError`` when it does not take `inputCount`, or is no stage.
    package func outputCount(inputCount: Int) throws(ModelError) -> Int {
        try validate(inputCount: inputCount, place: "stage")
    }
}
