import HearthModel

/// The columns of a request whose values are texts, and their texts, as the parts of a file name them.
///
/// A text's code is its position in the column's vocabulary, which is known when the whole file has been read: until
/// then codes stand in the order of first use. Where that is not the final order the file is converted once more with
/// the catalog ``sorted()``. Shared by all converters of one file.
final class TextCatalog {
    private struct Column {
        var texts: [String] = []
        /// By UTF-8 bytes: Swift takes different bytes for the same text where Unicode does, and Python does not.
        var codes: [[UInt8]: Int] = [:]
    }

    private var columns: [Int: Column] = [:]
    private var numbers: Set<Int> = []

    /// The code of a text of a column.
    func code(of text: String, column: Int, _ node: PickleNode) throws(ArtifactError) -> Double {
        try useText(column, node)
        let bytes = Array(text.utf8)
        if let known = columns[column]?.codes[bytes] { return Double(known) }
        let code = columns[column]?.texts.count ?? 0
        columns[column]?.texts.append(text)
        columns[column]?.codes[bytes] = code
        return Double(code)
    }

    /// Notes that the values of a column are texts.
    func useText(_ column: Int, _ node: PickleNode) throws(ArtifactError) {
        guard !numbers.contains(column) else { throw Self.conflict(column, node) }
        columns[column, default: Column()].texts += []
    }

    /// Notes that the values of a column are numbers.
    func useNumber(_ column: Int, _ node: PickleNode) throws(ArtifactError) {
        guard columns[column] == nil else { throw Self.conflict(column, node) }
        numbers.insert(column)
    }

    /// Whether every code is the text's position in its vocabulary.
    var isSorted: Bool {
        columns.values.allSatisfy { column in
            zip(column.texts, column.texts.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
    }

    /// A catalog in which the texts of this one have their final codes.
    func sorted() -> TextCatalog {
        let catalog = TextCatalog()
        for (index, column) in columns {
            let texts = Vocabulary(column: index, unsorted: column.texts).texts
            let pairs = texts.enumerated().map { (Array($1.utf8), $0) }
            catalog.columns[index] = Column(texts: texts, codes: Dictionary(pairs) { first, _ in first })
        }
        return catalog
    }

    /// One per column of text, in order.
    var vocabularies: [Vocabulary] {
        columns.sorted { $0.key < $1.key }.map { Vocabulary(column: $0.key, texts: $0.value.texts) }
    }

    private static func conflict(_ column: Int, _ node: PickleNode) -> ArtifactError {
        node.error(
            "column \(column) found, which is text for one part of the model and a number for another",
            code: .unsupported, hint: "give each part columns of one kind")
    }
}
