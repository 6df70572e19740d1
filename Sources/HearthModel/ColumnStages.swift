/// Columns taken out of a row, and the stages that they go through (scikit-learn's ColumnTransformer and FeatureUnion).
///
/// What leaves the branches of a ``Stage/columns(_:)`` stands one after the other in the row that follows.
package struct ColumnBranch: Sendable, Equatable {
    /// Columns of the row before the stage, in the order in which the branch sees them; one may stand more than once.
    package var columns: [Int]
    /// Empty for columns that pass through.
    package var stages: [Stage]

    package init(columns: [Int], stages: [Stage] = []) {
        self.columns = columns
        self.stages = stages
    }
}

/// scikit-learn's OneHotEncoder and OrdinalEncoder: each value is looked up among the categories of its column.
///
/// Categories are what a row holds: numbers, or positions in a ``Vocabulary``. Numbers are equal as `==` has it; NaN is
/// a category like any other where it stands among them.
package struct Encoder: Sendable, Equatable {
    /// What becomes of a value that is the category at a position.
    package enum Form: Sendable, Equatable {
        /// One output per position that is not dropped: 1 for the value's, 0 for the others.
        case oneHot
        /// The position; for NaN that is a category, `missing`.
        case ordinal(missing: Double)
    }

    /// The categories of one column.
    package struct Column: Sendable, Equatable {
        /// In the order of the outputs; at most one is NaN, none is infinite, each is there once.
        package var categories: [Double]
        /// The position of each category where some share one (infrequent ones); nil where each has its own, in order.
        package var positions: [Int]?
        /// The position that has no output; ``Form/oneHot`` only.
        package var dropped: Int?

        package init(categories: [Double], positions: [Int]? = nil, dropped: Int? = nil) {
            self.categories = categories
            self.positions = positions
            self.dropped = dropped
        }

        /// Positions, the dropped one included.
        package var positionCount: Int { positions.map { ($0.max() ?? -1) + 1 } ?? categories.count }
    }

    package var form: Form
    /// One per input column.
    package var columns: [Column]
    /// What stands for a value that is no category; nil when such a row is refused.
    ///
    /// For ``Form/oneHot`` what the column's last output has, 0 or 1; all others have 0.
    package var unknown: Double?
    /// Whether NaN is looked up; without that every row with NaN is refused, whatever the categories.
    package var acceptsMissing: Bool

    package init(form: Form, columns: [Column], unknown: Double? = nil, acceptsMissing: Bool = true) {
        self.form = form
        self.columns = columns
        self.unknown = unknown
        self.acceptsMissing = acceptsMissing
    }

    /// Columns that leave the stage.
    package var outputCount: Int {
        guard case .oneHot = form else { return columns.count }
        return columns.reduce(0) { $0 + $1.positionCount - ($1.dropped == nil ? 0 : 1) }
    }
}

extension Stage {
    /// Checks the branches, each like the stages of a model; returns the number of columns that leave them.
    static func validate(
        _ branches: [ColumnBranch], inputCount: Int, place: String, depth: Int
    ) throws(ModelError) -> Int {
        guard depth < ModelLimits.stageDepth else {
            throw .invalid(place, "stages within stages of more than \(ModelLimits.stageDepth) levels found")
        }
        guard branches.count <= ModelLimits.columnCount else {
            throw .invalid(place, "\(branches.count) branches found, at most \(ModelLimits.columnCount) expected")
        }
        var outputCount = 0
        for (index, branch) in branches.enumerated() {
            let place = "\(place) branch \(index)"
            guard (1...ModelLimits.columnCount).contains(branch.columns.count),
                branch.columns.allSatisfy({ (0..<inputCount).contains($0) })
            else {
                throw .invalid(place, "\(branch.columns.count) columns found, some of 0 to \(inputCount - 1) expected")
            }
            guard branch.stages.count <= ModelLimits.stageCount else {
                throw .invalid(
                    place, "\(branch.stages.count) stages found, at most \(ModelLimits.stageCount) expected")
            }
            var width = branch.columns.count
            for (number, stage) in branch.stages.enumerated() {
                width = try stage.validate(inputCount: width, place: "\(place) stage \(number)", depth: depth + 1)
            }
            outputCount += width
            guard outputCount <= ModelLimits.columnCount else { break }
        }
        guard (1...ModelLimits.columnCount).contains(outputCount) else {
            throw .invalid(
                place, "\(outputCount) columns or more leave the stage, 1 to \(ModelLimits.columnCount) expected")
        }
        return outputCount
    }
}

extension Encoder {
    /// Returns the number of columns that leave the encoder.
    func validate(inputCount: Int, place: String) throws(ModelError) -> Int {
        guard columns.count == inputCount else {
            throw .invalid(
                place, "categories of \(columns.count) columns for \(inputCount) columns found, one list each expected")
        }
        for (index, column) in columns.enumerated() { try validate(column, place: "\(place) column \(index)") }
        if case .ordinal(let missing) = form {
            guard !missing.isInfinite, !(unknown?.isInfinite ?? false) else {
                throw .invalid(place, "an infinite code found, a number or NaN expected")
            }
        } else if let unknown, unknown != 0, unknown != 1 {
            throw .invalid(place, "code \(unknown) for what is no category found, 0 or 1 expected")
        }
        guard (1...ModelLimits.columnCount).contains(outputCount) else {
            throw .invalid(place, "\(outputCount) columns leave the encoder, 1 to \(ModelLimits.columnCount) expected")
        }
        return outputCount
    }

    private func validate(_ column: Column, place: String) throws(ModelError) {
        let categories = column.categories
        guard (1...ModelLimits.vocabularyTextCount).contains(categories.count) else {
            throw .invalid(
                place, "\(categories.count) categories found, 1 to \(ModelLimits.vocabularyTextCount) expected")
        }
        guard categories.allSatisfy({ !$0.isInfinite }), categories.count(where: \.isNaN) <= 1 else {
            throw .invalid(place, "an infinite category, or NaN more than once, found")
        }
        let sorted = categories.filter { !$0.isNaN }.sorted()
        guard zip(sorted, sorted.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .invalid(place, "a category more than once found")
        }
        if let positions = column.positions {
            guard positions.count == categories.count, positions.allSatisfy({ categories.indices.contains($0) }) else {
                throw .invalid(
                    place, "\(positions.count) positions of \(categories.count) categories found, one each expected")
            }
        }
        if let dropped = column.dropped {
            guard form == .oneHot, (0..<column.positionCount).contains(dropped) else {
                throw .invalid(place, "dropped category \(dropped) of \(categories.count) found")
            }
        }
    }
}
