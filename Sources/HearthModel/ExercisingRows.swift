import HearthCore

/// Rows that exercise a model, made from its definition alone: the same definition gives the same rows.
///
/// A file that was imported brings no data, and a model's answers are to be checked whenever it is loaded. So values
/// are taken from the model: the thresholds of its splits, exactly, one step beside them and half-way to the next, its
/// categories, its means and spreads, and missing values. Whether the model accepts a row is for the kernels to say.
package struct ExercisingRows: Sendable {
    /// Rows one after the other.
    package let rows: [[Double]]

    /// The most values over all rows: rows get fewer as they get wider.
    static let valueCountMax = 1 << 16
    /// Rows with values in all columns; further ones have missing values.
    static let wholeRowCount = 32
    static let missingRowCount = 8
    /// Rows whose categories are all known.
    static let knownRowCount = 8

    /// Rows for a model of `columnCount` columns, by its definition where there is one.
    package init(columnCount: Int, definition: ModelDefinition?) {
        let domains = definition.map { ColumnDomains($0).columns } ?? []
        var random = SplitMix64(seed: 0x6865_6172_7468)
        let budget = max(1, Self.valueCountMax / max(columnCount, 1))
        let wholeCount = min(Self.wholeRowCount, budget)
        let missingCount = min(Self.missingRowCount, budget - wholeCount)
        var rows: [[Double]] = []
        for index in 0..<wholeCount + missingCount {
            var row: [Double] = []
            row.reserveCapacity(columnCount)
            for column in 0..<columnCount {
                let domain = column < domains.count ? domains[column] : ColumnDomain()
                // The first rows have nothing that an encoder may not know.
                let value = domain.value(&random, isKnown: index < Self.knownRowCount)
                // The last row has nothing at all.
                let isMissing =
                    index >= wholeCount && (index == wholeCount + missingCount - 1 || random.next() % 4 == 0)
                row.append(isMissing ? .nan : value)
            }
            rows.append(row)
        }
        rows.append([Double](repeating: 0, count: columnCount))
        self.rows = rows
    }
}

/// What values a column has, as far as the model tells.
private struct ColumnDomain {
    /// Where splits are, sorted; or the middle and a spread beside it.
    var thresholds: [Double] = []
    /// Codes of categories below this; 0 for a column of numbers.
    var categoryCount = 0
    /// The categories that an encoder knows, which may be any numbers; the codes of a column of texts.
    var known: [Double] = []

    func value(_ random: inout SplitMix64, isKnown: Bool) -> Double {
        if !known.isEmpty {
            let unknown = random.next() % 8 == 0 && !isKnown
            return unknown ? Vocabulary.unknown : known[Int(random.next() % UInt64(known.count))]
        }
        if categoryCount > 0, random.next() % 4 != 0 { return Double(random.next() % UInt64(categoryCount)) }
        guard !thresholds.isEmpty else {
            // No split asks for it: a number of few bits.
            return Double(Int(random.next() % 385) - 192) / 64
        }
        let place = Int(random.next() % UInt64(thresholds.count))
        let threshold = thresholds[place]
        let next = place + 1 < thresholds.count ? thresholds[place + 1] : threshold + 1
        switch random.next() % 6 {
        case 0: return threshold
        case 1: return threshold.nextUp
        case 2: return threshold.nextDown
        case 3: return Double(Float(threshold))
        case 4: return threshold + (next - threshold) / 2
        default: return threshold - (next - threshold) / 4
        }
    }
}

/// The domains of the columns that a caller sends, found by following the estimator's columns back through the stages.
private struct ColumnDomains {
    var columns: [ColumnDomain]

    /// Where a column behind the stages comes from: the caller's column and the way back to its unit.
    private struct Origin {
        var column: Int
        var factor = 1.0
        var offset = 0.0

        func source(_ value: Double) -> Double { value * factor + offset }
    }

    init(_ definition: ModelDefinition) {
        let count = definition.signature.columnCount
        columns = [ColumnDomain](repeating: ColumnDomain(), count: count)
        var origins: [Origin?] = (0..<count).map { Origin(column: $0) }
        for vocabulary in definition.signature.vocabularies where vocabulary.column < count {
            columns[vocabulary.column].known = vocabulary.texts.indices.prefix(1000).map(Double.init)
        }
        for stage in definition.stages { origins = behind(stage, origins) }
        switch definition.estimator {
        case .treeEnsemble(let ensemble): add(ensemble, origins)
        case .zScore(let model):
            for (column, center) in model.centers.enumerated() where column < origins.count {
                add([center, center + model.scales[column] * model.threshold], to: origins[column])
            }
        default:
            // No thresholds: zero and one of the unit in which the estimator sees the column, so that scalers count.
            for origin in origins { add([0, 1], to: origin) }
        }
        for index in columns.indices { columns[index].thresholds = Self.distinct(columns[index].thresholds) }
    }

    private mutating func add(_ ensemble: TreeEnsemble, _ origins: [Origin?]) {
        for tree in ensemble.trees {
            for node in tree.nodes {
                switch node {
                case .leaf: break
                case .split(let column, let threshold, _, _, _):
                    add([threshold], to: Self.origin(column, of: tree, origins))
                case .category(let column, let set, _, _, _):
                    guard let origin = Self.origin(column, of: tree, origins), set < ensemble.categorySets.count else {
                        continue
                    }
                    let bits = min(255, ensemble.categorySets[set].count * 32)
                    columns[origin.column].categoryCount = max(columns[origin.column].categoryCount, bits)
                }
            }
        }
    }

    private mutating func add(_ values: [Double], to origin: Origin?) {
        guard let origin, origin.column < columns.count else { return }
        let thresholds = values.map(origin.source).filter(\.isFinite)
        columns[origin.column].thresholds += thresholds
    }

    /// What a member asks of its columns is asked of the caller's.
    private mutating func add(_ member: Estimates.Member, _ origins: [Origin?]) {
        for (place, domain) in ColumnDomains(member.model).columns.enumerated() {
            let column = member.columns.map { place < $0.count ? $0[place] : -1 } ?? place
            guard origins.indices.contains(column), let origin = origins[column] else { continue }
            add(domain.thresholds, to: origin)
            columns[origin.column].categoryCount = max(columns[origin.column].categoryCount, domain.categoryCount)
            if columns[origin.column].known.isEmpty { columns[origin.column].known = domain.known.map(origin.source) }
        }
    }

    private static func origin(_ column: Int, of tree: Tree, _ origins: [Origin?]) -> Origin? {
        var place = column
        if let columns = tree.columns { place = column < columns.count ? columns[column] : -1 }
        return origins.indices.contains(place) ? origins[place] : nil
    }

    private mutating func behind(_ stage: Stage, _ origins: [Origin?]) -> [Origin?] {
        switch stage {
        case .impute(let imputer):
            let kept = zip(origins, imputer.statistics).filter { !$0.1.isNaN }.map(\.0)
            return kept + imputer.indicatorColumns.map { _ in nil }
        case .scale(let scaler):
            return origins.enumerated().map { place, origin in origin.map { Self.behind(scaler, place, $0) } }
        case .columns(let branches):
            return branches.flatMap { branch in
                var taken = branch.columns.map { origins.indices.contains($0) ? origins[$0] : nil }
                for stage in branch.stages { taken = behind(stage, taken) }
                return taken
            }
        case .encode(let encoder):
            for (origin, column) in zip(origins, encoder.columns) {
                guard let origin, columns[origin.column].known.isEmpty else { continue }
                columns[origin.column].known = column.categories.prefix(1000).filter(\.isFinite).map(origin.source)
            }
            return [Origin?](repeating: nil, count: encoder.outputCount)
        case .estimates(let estimates):
            for member in estimates.members { add(member, origins) }
            return []
        default:
            // Columns made of several have no single way back: the generic values do.
            guard case .markMissing(let marker) = stage else { return [] }
            guard case .nearZeroCopies(let copied) = marker else { return origins }
            return origins + copied.map { origins.indices.contains($0) ? origins[$0] : nil }
        }
    }

    private static func behind(_ scaler: Scaler, _ place: Int, _ origin: Origin) -> Origin {
        var result = origin
        switch scaler.form {
        case .subtractThenDivide(let offset, let scale):
            let divisor = scale.flatMap { place < $0.count ? $0[place] : nil } ?? 1
            let center = offset.flatMap { place < $0.count ? $0[place] : nil } ?? 0
            result.factor = origin.factor * divisor
            result.offset = origin.source(center)
        case .multiplyThenAdd(let scale, let offset, _):
            guard place < scale.count, place < offset.count, scale[place] != 0 else { return origin }
            result.factor = origin.factor / scale[place]
            result.offset = origin.source(-offset[place] / scale[place])
        }
        return result
    }

    /// Sorted, each once; a thousand of many.
    private static func distinct(_ values: [Double]) -> [Double] {
        let sorted = Array(Set(values)).sorted()
        guard sorted.count > 1000 else { return sorted }
        return (0..<1000).map { sorted[$0 * sorted.count / 1000] }
    }
}
