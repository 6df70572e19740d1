import HearthCore

/// The texts that one column of a row may have: a row holds the position of its text here, as a number.
///
/// A row stays doubles. What is no text of the vocabulary has a number of its own (``unknown``, ``none``); a text that
/// is missing as NaN is NaN.
package struct Vocabulary: Sendable, Equatable {
    /// Stands for every text that the vocabulary does not have.
    package static let unknown = TextTable.unknown
    /// Stands for Python's `None`, which libraries tell apart from NaN.
    package static let none = TextTable.none

    /// The column, from 0.
    package var column: Int
    /// Each once, in the order of their UTF-8 bytes.
    package var texts: [String]

    package init(column: Int, texts: [String]) {
        self.column = column
        self.texts = texts
    }

    /// Texts in any order as a vocabulary: sorted by their bytes, each once.
    ///
    /// By bytes, because Swift takes different bytes for the same text where Unicode does, and Python does not.
    package init(column: Int, unsorted texts: [String]) {
        let sorted = texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.init(column: column, texts: [])
        for text in sorted where self.texts.last.map({ !$0.utf8.elementsEqual(text.utf8) }) ?? true {
            self.texts.append(text)
        }
    }

    func validate(columnCount: Int) throws(ModelError) {
        guard (0..<columnCount).contains(column) else {
            throw .invalid("signature", "texts of column \(column) found, 0 to \(columnCount - 1) expected")
        }
        guard texts.count <= ModelLimits.vocabularyTextCount else {
            throw .invalid(
                "signature",
                "\(texts.count) texts of column \(column) found, at most \(ModelLimits.vocabularyTextCount) expected")
        }
        for (index, text) in texts.enumerated() {
            guard text.utf8.count <= ModelLimits.nameByteCount else {
                throw .invalid(
                    "signature",
                    "text \(index) of column \(column) has more than \(ModelLimits.nameByteCount) bytes")
            }
            guard index == 0 || texts[index - 1].utf8.lexicographicallyPrecedes(text.utf8) else {
                throw .invalid("signature", "texts of column \(column) that are not in order, each once, found")
            }
        }
    }
}
