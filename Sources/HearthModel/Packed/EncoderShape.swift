/// The columns of one branch of a stage, and its stages without their parameters.
package struct BranchShape: Sendable, Equatable {
    package var columns: [Int]
    package var stages: [StageShape]

    package var parameterCount: Int { stages.reduce(0) { $0 + $1.parameterCount } }
    package var outputCount: Int { stages.last?.outputCount ?? columns.count }
}

/// An encoder without its categories.
///
/// Parameters, column after column: the categories that are not NaN in order of size, then the code of each: for
/// one-hot the output within the column's, or -1 for a dropped one; else the position.
package struct EncoderShape: Sendable, Equatable {
    /// One input column.
    package struct Column: Sendable, Equatable {
        /// Categories that are not NaN.
        package var categoryCount: Int
        /// Outputs of the column.
        package var width: Int
        /// The code of NaN; nil when it is no category.
        package var missingCode: Double?
    }

    package var columns: [Column]
    /// Outputs are 0 and 1, one per category; else the code itself, one per column.
    package var isOneHot: Bool
    /// What a value that is no category becomes, for one-hot the last output of its column; nil when the row is
    /// refused.
    package var unknown: Double?
    package var acceptsMissing: Bool

    package var parameterCount: Int { columns.reduce(0) { $0 + 2 * $1.categoryCount } }
    package var outputCount: Int { columns.reduce(0) { $0 + $1.width } }
}

extension ColumnBranch {
    func pack(to parameters: inout ByteWriter) -> BranchShape {
        var shapes: [StageShape] = []
        for stage in stages {
            shapes.append(stage.pack(to: &parameters, inputCount: shapes.last?.outputCount ?? columns.count))
        }
        return BranchShape(columns: columns, stages: shapes)
    }
}

extension Encoder {
    func pack(to parameters: inout ByteWriter) -> EncoderShape {
        EncoderShape(
            columns: columns.map { pack($0, to: &parameters) }, isOneHot: form == .oneHot, unknown: unknown,
            acceptsMissing: acceptsMissing)
    }

    private func pack(_ column: Column, to parameters: inout ByteWriter) -> EncoderShape.Column {
        var pairs: [(category: Double, code: Double)] = []
        var missingCode: Double?
        for (index, category) in column.categories.enumerated() {
            let position = column.positions?[index] ?? index
            var code = Double(position)
            if case .ordinal(let missing) = form {
                if category.isNaN { code = missing }
            } else if let dropped = column.dropped {
                code = position == dropped ? -1 : position > dropped ? code - 1 : code
            }
            if category.isNaN { missingCode = code } else { pairs.append((category, code)) }
        }
        pairs.sort { $0.category < $1.category }
        parameters.write(pairs.map(\.category))
        parameters.write(pairs.map(\.code))
        let width = form == .oneHot ? column.positionCount - (column.dropped == nil ? 0 : 1) : 1
        return EncoderShape.Column(categoryCount: pairs.count, width: width, missingCode: missingCode)
    }
}

extension BranchShape {
    func encode(to writer: inout ByteWriter) {
        writer.write(count: columns.count)
        for column in columns { writer.write(count: column) }
        writer.write(count: stages.count)
        for stage in stages { stage.encode(to: &writer) }
    }

    init(from reader: inout ByteReader, depth: Int) throws(ModelError) {
        let columnCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        columns = try reader.readArray(count: columnCount, byteCount: 4) { (reader) throws(ModelError) in
            try reader.readCount("columns", atMost: ModelLimits.columnCount - 1)
        }
        let stageCount = try reader.readCount("stages", atMost: ModelLimits.stageCount)
        stages = try reader.readArray(count: stageCount, byteCount: 1) { (reader) throws(ModelError) in
            try StageShape(from: &reader, depth: depth + 1)
        }
    }
}

extension EncoderShape {
    func encode(to writer: inout ByteWriter) {
        writer.write(isOneHot)
        writer.write(acceptsMissing)
        writer.write(optional: unknown)
        writer.write(count: columns.count)
        for column in columns {
            writer.write(count: column.categoryCount)
            writer.write(count: column.width)
            writer.write(optional: column.missingCode)
        }
    }

    init(from reader: inout ByteReader) throws(ModelError) {
        isOneHot = try reader.readBool()
        acceptsMissing = try reader.readBool()
        unknown = try reader.readOptional()
        let count = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        columns = try reader.readArray(count: count, byteCount: 9) { (reader) throws(ModelError) in
            Column(
                categoryCount: try reader.readCount("categories", atMost: ModelLimits.vocabularyTextCount),
                width: try reader.readCount("outputs", atMost: ModelLimits.columnCount),
                missingCode: try reader.readOptional())
        }
        let codes = [unknown].compactMap(\.self) + columns.compactMap(\.missingCode)
        guard codes.allSatisfy({ !$0.isInfinite }), !isOneHot || [0, 1].contains(unknown ?? 0) else {
            throw reader.malformed("a code of an encoder that is not usable found")
        }
        for column in columns {
            let code = column.missingCode ?? -1
            let isUsable = isOneHot ? code >= -1 && code < Double(column.width) && code == code.rounded() : true
            guard isUsable, isOneHot || column.width == 1, column.categoryCount > 0 || column.missingCode != nil else {
                throw reader.malformed("a column of an encoder that contradicts itself found")
            }
        }
    }
}

extension StageShape {
    static func columns(from reader: inout ByteReader, depth: Int) throws(ModelError) -> StageShape {
        guard depth < ModelLimits.stageDepth else {
            throw reader.malformed("stages within stages of more than \(ModelLimits.stageDepth) levels found")
        }
        let inputCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        let branchCount = try reader.readCount("branches", atMost: ModelLimits.columnCount)
        let branches = try reader.readArray(count: branchCount, byteCount: 8) { (reader) throws(ModelError) in
            try BranchShape(from: &reader, depth: depth)
        }
        return .columns(inputCount: inputCount, branches)
    }

    /// The columns that leave a stage which follows `width` columns. Throws when its own columns are not those.
    func checkedOutputCount(after width: Int) throws(ModelError) -> Int {
        if case .columns(_, let branches) = self {
            for branch in branches {
                guard !branch.columns.isEmpty, branch.columns.allSatisfy({ (0..<width).contains($0) }) else {
                    throw .invalid("stages", "a branch of columns beyond \(width) found")
                }
                var inner = branch.columns.count
                for stage in branch.stages { inner = try stage.checkedOutputCount(after: inner) }
            }
        }
        guard inputCount == width, (1...ModelLimits.columnCount).contains(outputCount) else {
            throw .invalid("stages", "a stage from \(inputCount) columns after \(width) found")
        }
        return outputCount
    }
}

extension Vocabulary {
    init(from reader: inout ByteReader) throws(ModelError) {
        column = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        let count = try reader.readCount("texts", atMost: ModelLimits.vocabularyTextCount)
        texts = try reader.readArray(count: count, byteCount: 4) { (reader) throws(ModelError) in
            try reader.readString(atMost: ModelLimits.nameByteCount)
        }
    }
}

extension ByteWriter {
    mutating func write(optional value: Double?) {
        write(value != nil)
        if let value { write(value) }
    }
}

extension ByteReader {
    mutating func readOptional() throws(ModelError) -> Double? {
        try readBool() ? try readDouble() : nil
    }
}
