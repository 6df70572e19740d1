import HearthCore
package import HearthKernels
import HearthModel

/// One named output of a model for some rows: class labels as labels, not as indices.
package struct ModelAnswer: Sendable, Equatable {
    package var name: String
    /// Values per row.
    package var width: Int
    /// Row after row.
    package var cells: [ArrayCell]

    package init(name: String, width: Int, cells: [ArrayCell]) {
        self.name = name
        self.width = width
        self.cells = cells
    }
}

/// What a model is asked with: the rows of a case as the model takes them.
enum InputRows {
    /// The values of `rows` in the order of the model's columns, row after row: texts as their codes, NaN in columns
    /// that the model does not read.
    ///
    /// Throws ``VerifyError`` for another number of columns, and for text in a column of numbers.
    static func encoded(_ rows: ExpectedArray, for model: ServableModel) throws(VerifyError) -> [Double] {
        let signature = model.signature
        guard rows.shape.count == 2, rows.width == signature.columnCount else {
            throw VerifyError(
                "inputs of shape \(rows.shape) found, rows of \(signature.columnCount) columns expected")
        }
        var vocabularies: [Vocabulary?] = Array(repeating: nil, count: signature.columnCount)
        for vocabulary in signature.vocabularies where vocabulary.column < vocabularies.count {
            vocabularies[vocabulary.column] = vocabulary
        }
        let kinds = (0..<rows.width).map { model.texts?.kind(of: $0) ?? .number }
        var values: [Double] = []
        values.reserveCapacity(rows.cells.count)
        for (index, cell) in rows.cells.enumerated() {
            let column = index % rows.width
            switch (cell, vocabularies[column]) {
            case (.number(let value), _): values.append(value)
            case (.none, nil): values.append(.nan)
            case (.none, .some): values.append(Vocabulary.none)
            case (.text(let text), .some(let vocabulary)): values.append(code(of: text, in: vocabulary))
            case (.text, nil) where kinds[column] == .unused: values.append(.nan)
            case (.text(let text), nil):
                throw VerifyError(
                    "inputs, row \(index / rows.width), column \(column): '\(text.prefix(40))' found, a number expected"
                )
            }
        }
        return values
    }

    /// The position of a text, by its bytes.
    private static func code(of text: String, in vocabulary: Vocabulary) -> Double {
        let place = vocabulary.texts.firstIndex { $0.utf8.elementsEqual(text.utf8) }
        return place.map(Double.init) ?? Vocabulary.unknown
    }
}

extension ServableModel {
    /// The named outputs for `rows`.
    ///
    /// Throws ``VerifyError`` for rows that do not fit, or that the model refuses.
    package func answers(to rows: ExpectedArray) throws(VerifyError) -> [ModelAnswer] {
        let inputs = try InputRows.encoded(rows, for: self)
        let values: [Double]
        do throws(RowProblem) { values = try self.outputs(of: inputs) } catch { throw VerifyError("\(error)") }
        var answers: [ModelAnswer] = []
        var start = 0
        for output in outputs {
            let part = values[start..<start + rows.rowCount * output.width]
            start += rows.rowCount * output.width
            answers.append(
                ModelAnswer(
                    name: output.name, width: output.width,
                    cells: part.enumerated().map { position, value in
                        output.classes(at: position % output.width)?.cell(at: value) ?? .number(value)
                    }))
        }
        return answers
    }
}

extension OutputSignature {
    /// The labels of value `position` of a row; nil when it is no class.
    fileprivate func classes(at position: Int) -> ClassLabels? {
        if let labels { return labels }
        return targetLabels.indices.contains(position) ? targetLabels[position] : nil
    }
}

extension ClassLabels {
    /// The label that the kernels' index stands for; the index itself when it is none.
    fileprivate func cell(at index: Double) -> ArrayCell {
        guard let place = Int(exactly: index), (0..<count).contains(place) else { return .number(index) }
        switch self {
        case .integers(let labels): return .number(Double(labels[place]))
        case .booleans(let labels): return .number(labels[place] ? 1 : 0)
        case .floats(let labels): return .number(labels[place])
        case .strings(let labels): return .text(labels[place])
        }
    }
}
