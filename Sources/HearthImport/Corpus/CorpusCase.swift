/// One case of a corpus: a fitted estimator in one or more files, rows, and what the library answered for them.
///
/// The layout is that of the public corpus: a folder per set of library versions, in it `<case>.json` and the files
/// that it lists.
package struct CorpusCase: Sendable {
    /// An output: one array, or one per target of a model with several.
    package struct Output: Sendable {
        package var name: String
        package var rounding: Rounding?
        package var arrays: [ExpectedArray]
    }

    /// The name of the folder, e.g. `sklearn-1.7.2+xgboost-3.2.0`.
    package var folder: String
    package var name: String
    /// Paths of the files, all of the same object.
    package var files: [String]
    /// The class of the last step of a pipeline, or of the object itself.
    package var estimator: String
    /// `sklearn`, `scipy`, … and their versions.
    package var versions: [String: String]
    /// The rows; nil for a case of plain values.
    package var rows: ExpectedArray?
    package var outputs: [Output]
    /// The typed content of a case without an estimator.
    package var value: JSONTree?

    /// The case in a `<case>.json`. Throws ``VerifyError`` when it is none.
    package init(path: String, folder: String) throws(VerifyError) {
        let tree = try JSONTree(try FolderListing.bytes(path), path: path)
        let parent = FolderListing.parent(path)
        self.folder = folder
        name = String(FolderListing.last(path).dropLast(5))
        guard let listed = tree["files"]?.items else { throw VerifyError("\(path): no 'files' found") }
        files = []
        for entry in listed {
            guard let file = entry["file"]?.text ?? entry.text, !file.contains("/") else {
                throw VerifyError("\(path): a file without a plain name found")
            }
            files.append("\(parent)/\(file)")
        }
        estimator = tree["final_estimator"]?.text ?? tree["class"]?.text ?? name
        estimator = estimator.split(separator: ".").last.map(String.init) ?? estimator
        versions = (tree["versions"]?.members ?? [:]).compactMapValues(\.text)
        value = tree["value"]
        rows = try tree["X"].map { (rows) throws(VerifyError) in try ExpectedArray(rows, place: "\(path): X") }
        outputs = try Self.outputs(tree["outputs"], tree["rounding"], path: path)
    }

    /// The outputs by name: each an array, or a list of arrays.
    static func outputs(
        _ tree: JSONTree?, _ rounding: JSONTree?, path: String
    ) throws(VerifyError) -> [Output] {
        var outputs: [Output] = []
        for (name, array) in (tree?.members ?? [:]).sorted(by: { $0.key < $1.key }) {
            let place = "\(path): \(name)"
            var arrays: [ExpectedArray] = []
            if let items = array.items, items.first?["dtype"] != nil {
                for item in items { arrays.append(try ExpectedArray(item, place: place)) }
            } else {
                arrays = [try ExpectedArray(array, place: place)]
            }
            var rule: Rounding?
            if let word = rounding?[name]?.text {
                guard let known = Rounding(rawValue: word) else {
                    throw VerifyError("\(place): rounding '\(word)' found, label, exact, libm, blas or f32 expected")
                }
                rule = known
            }
            outputs.append(Output(name: name, rounding: rule, arrays: arrays))
        }
        return outputs
    }
}

/// The cases below a folder.
package enum CorpusFolder {
    /// All cases of `path`: of its folders, and of itself where it holds cases; sorted by folder and name.
    ///
    /// A JSON file that is no case (the manifest, a model in JSON) is passed over. Throws ``VerifyError`` when the
    /// folder cannot be read or holds no case.
    package static func cases(in path: String) throws(VerifyError) -> [CorpusCase] {
        var cases: [CorpusCase] = []
        let folders = [""] + (try FolderListing.names(in: path))
        for folder in folders {
            let place = folder.isEmpty ? path : "\(path)/\(folder)"
            guard let names = try? FolderListing.names(in: place) else { continue }
            for name in names where name.hasSuffix(".json") && name != "manifest.json" {
                let file = "\(place)/\(name)"
                guard try isCase(file) else { continue }
                cases.append(
                    try CorpusCase(path: file, folder: folder.isEmpty ? FolderListing.last(path) : folder))
            }
        }
        guard !cases.isEmpty else {
            throw VerifyError("\(path): no case found; expected folders with <case>.json and the files that they list")
        }
        return cases
    }

    /// A model in JSON lies beside the cases of a booster: it lists no files.
    private static func isCase(_ path: String) throws(VerifyError) -> Bool {
        let tree = try JSONTree(try FolderListing.bytes(path), path: path)
        return tree["files"]?.items != nil && (tree["outputs"] != nil || tree["value"] != nil)
    }
}
