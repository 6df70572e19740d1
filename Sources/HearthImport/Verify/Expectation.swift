/// Inputs and the outputs that a library gave for them, in a file of a person's own or a case of a corpus.
package struct Expectation: Sendable {
    package var rows: ExpectedArray
    package var outputs: [CorpusCase.Output]

    /// Reads `{"inputs": [[…]], "outputs": {"predict": […]}}`, or a case (`X` for `inputs`, and `rounding`).
    ///
    /// Throws ``VerifyError`` for anything else.
    package init(path: String) throws(VerifyError) {
        let tree = try JSONTree(try FolderListing.bytes(path), path: path)
        guard let inputs = tree["inputs"] ?? tree["X"] else {
            throw VerifyError(
                "\(path): neither 'inputs' nor 'X' found; write "
                    + "{\"inputs\": [[...]], \"outputs\": {\"predict\": [...]}}")
        }
        rows = try ExpectedArray(inputs, place: "\(path): inputs")
        outputs = try CorpusCase.outputs(tree["outputs"], tree["rounding"], path: path)
        guard !outputs.isEmpty else { throw VerifyError("\(path): no 'outputs' found") }
        guard rows.shape.count == 2, rows.rowCount > 0 else {
            throw VerifyError("\(path): inputs of shape \(rows.shape) found, rows of columns expected")
        }
    }
}
