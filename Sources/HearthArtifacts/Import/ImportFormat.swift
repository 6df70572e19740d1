import Glibc

/// What a model file is.
package enum ImportFormat: String, Sendable, Hashable, CaseIterable {
    case pickle = "pickle"
    case joblib = "joblib"
    case xgboostJSON = "XGBoost JSON"
    case xgboostUBJSON = "XGBoost UBJSON"
    case lightGBMText = "LightGBM text"
    case hearth = "model.hearth"

    /// The format that the content of a file, decompressed, announces in its first bytes; names are never looked at.
    ///
    /// Pickles of protocols 0 and 1 announce nothing: what begins with an instruction that such a pickle begins with
    /// and ends with STOP is one. Throws `.notAnArtifact` with what was found instead.
    static func of(_ content: UnsafeRawBufferPointer, path: String) throws(ArtifactError) -> ImportFormat {
        if unsafe content.starts(with: HearthFile.magic) { return .hearth }
        let head = unsafe Array(content.prefix(64))
        switch BoosterFormat.sniff(head) {
        case .xgboostJSON where unsafe !contains(content, "\"learner\""):
            throw unsafe refusal("JSON without a 'learner'", jsonHint(content), path)
        case .xgboostJSON: return .xgboostJSON
        case .xgboostUBJSON: return .xgboostUBJSON
        case .lightGBMText: return .lightGBMText
        case nil: break
        }
        if let known = OtherFormat.table.first(where: { head.starts(with: $0.magic) }) {
            throw refusal(known.name, known.hint, path)
        }
        if unsafe head.first == 0x80 || isOldPickle(content) {
            return unsafe contains(content, "NumpyArrayWrapper") ? .joblib : .pickle
        }
        throw refusal(described(head), saveHint, path)
    }

    private static func isOldPickle(_ content: UnsafeRawBufferPointer) -> Bool {
        guard let first = unsafe content.first, unsafe content.last == UInt8(ascii: ".") else { return false }
        return "()]}cILFSVNGKMJXTU".utf8.contains(first)
    }

    private static func jsonHint(_ content: UnsafeRawBufferPointer) -> String {
        if unsafe contains(content, "\"oblivious_trees\"") {
            return "CatBoost models are not read; XGBoost's and LightGBM's are"
        }
        if unsafe contains(content, "\"outputs\"") {
            return "this looks like inputs and outputs: give it with --against, and name the model file first"
        }
        return "save the model with XGBoost's save_model"
    }

    private static let saveHint =
        "name a file that pickle.dump, joblib.dump, XGBoost's or LightGBM's save_model, or Hearth wrote"

    /// The first bytes as a person would describe them.
    private static func described(_ head: [UInt8]) -> String {
        guard !head.isEmpty else { return "an empty file" }
        let isText = head.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        guard isText else {
            let digits = head.prefix(8).map { byte in
                let text = String(byte, radix: 16)
                return text.count == 1 ? "0\(text)" : text
            }
            return "a file that begins with the bytes \(digits.joined(separator: " "))"
        }
        let line = head.prefix { $0 != 0x0A && $0 != 0x0D }.prefix(40)
        return "text that begins with '\(String(decoding: line, as: UTF8.self))'"
    }

    private static func refusal(_ found: String, _ hint: String, _ path: String) -> ArtifactError {
        ArtifactError(
            .notAnArtifact, path: path, byteOffset: 0,
            "\(found) found, a pickle, a joblib file, an XGBoost or LightGBM model or a model.hearth expected",
            hint: hint)
    }

    /// Whether `content` has `word` anywhere.
    private static func contains(_ content: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard var place = content.baseAddress, content.count >= length else { return false }
        let end = unsafe place + (content.count - length + 1)
        let first = unsafe Int32(word.utf8Start[0])
        while unsafe place < end, let hit = unsafe memchr(place, first, end - place) {
            if unsafe memcmp(hit, word.utf8Start, length) == 0 { return true }
            unsafe place = UnsafeRawPointer(hit) + 1
        }
        return false
    }
}

/// Files that people have beside their models, so that the message can name them.
private struct OtherFormat {
    var magic: [UInt8]
    var name: String
    var hint: String

    static let table: [OtherFormat] = [
        OtherFormat(
            magic: [0x50, 0x4B, 0x03, 0x04], name: "a ZIP archive (skops, PyTorch, NPZ, Keras)",
            hint: "save the estimator with pickle or joblib"),
        OtherFormat(
            magic: [0x89, 0x48, 0x44, 0x46], name: "an HDF5 file",
            hint: "neural networks are not read; scikit-learn, XGBoost and LightGBM models are"),
        OtherFormat(
            magic: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], name: "a NumPy array (.npy)",
            hint: "name the model file, not its data"),
        OtherFormat(magic: Array("PAR1".utf8), name: "a Parquet file", hint: "name the model file, not its data"),
        OtherFormat(magic: [0x7F, 0x45, 0x4C, 0x46], name: "a program (ELF)", hint: "name a model file"),
        OtherFormat(
            magic: Array("CBM1".utf8), name: "a CatBoost model",
            hint: "CatBoost models are not read; XGBoost's and LightGBM's are"),
        OtherFormat(
            magic: Array("binf".utf8), name: "XGBoost's binary format from before 1.4",
            hint: "load the model with XGBoost 1.4 or later and save it as .json or .ubj"),
        OtherFormat(
            magic: Array("bs64".utf8), name: "XGBoost's binary format from before 1.4",
            hint: "load the model with XGBoost 1.4 or later and save it as .json or .ubj"),
        OtherFormat(
            magic: Array("version https://git-lfs".utf8), name: "a pointer of Git LFS, not the file itself",
            hint: "fetch the file with 'git lfs pull'"),
        OtherFormat(
            magic: Array("<?xml".utf8), name: "XML (PMML?)", hint: "save the estimator with pickle or joblib"),
    ]
}
