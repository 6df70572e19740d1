import HearthModel

/// Turns the files of XGBoost and LightGBM into model definitions that answer with the libraries' own bits.
///
/// Bytes come in memory, already within the caller's limit of size; `path` names them in errors. What is not computed
/// exactly is refused by name.
package enum BoosterConverter {
    /// A model of any booster format, used as its objective says.
    package static func model(_ bytes: [UInt8], path: String) throws(ArtifactError) -> BoosterModel {
        switch BoosterFormat.sniff(bytes) {
        case .xgboostJSON, .xgboostUBJSON: return try model(xgboost: bytes, path: path)
        case .lightGBMText: return try model(lightGBMText: bytes, path: path)
        case nil: throw unknown(bytes, path: path)
        }
    }

    /// An XGBoost model: `save_model` as JSON or UBJSON, or the `handle` inside a pickled `Booster`.
    package static func model(
        xgboost bytes: [UInt8], path: String, options: XGBoostOptions = XGBoostOptions()
    ) throws(ArtifactError) -> BoosterModel {
        let failure = BoosterFailure(path: path)
        let document: BoosterNode
        let format = BoosterFormat.sniff(bytes)
        switch format {
        case .xgboostJSON: document = try JSONDocument.parse(bytes, failure)
        case .xgboostUBJSON: document = try UBJSONDocument.parse(bytes, failure)
        case .lightGBMText, nil: throw unknown(bytes, path: path)
        }
        let model = try XGBoostModel(BoosterScope(document, failure: failure))
        return try model.converted(format: format ?? .xgboostJSON, options: options, failure: failure)
    }

    /// A LightGBM model: the text of `save_model`, which is also what a pickled `Booster` holds.
    package static func model(
        lightGBMText bytes: [UInt8], path: String, options: LightGBMOptions = LightGBMOptions()
    ) throws(ArtifactError) -> BoosterModel {
        let failure = BoosterFailure(path: path)
        guard BoosterFormat.sniff(bytes) == .lightGBMText else { throw unknown(bytes, path: path) }
        let model = try LightGBMModel(bytes, failure: failure)
        return try model.converted(options: options, failure: failure)
    }

    private static func unknown(_ bytes: [UInt8], path: String) -> ArtifactError {
        for head in ["binf", "bs64", "CONFIG-offset:"] where bytes.starts(with: head.utf8) {
            return ArtifactError(
                .unsupportedVersion, path: path, byteOffset: 0,
                "XGBoost's binary format from before 1.4 ('\(head)') found, JSON or UBJSON expected",
                hint: "load the model with XGBoost 1.4 or later and save it as .json or .ubj")
        }
        return ArtifactError(
            .notAnArtifact, path: path, byteOffset: 0,
            "neither JSON, UBJSON nor LightGBM text found at the start, one of them expected",
            hint: "save the model with XGBoost's or LightGBM's save_model")
    }

    /// Checks a definition; what is wrong with it is wrong with the file.
    static func checked(_ model: BoosterModel, _ failure: BoosterFailure) throws(ArtifactError) -> BoosterModel {
        do throws(ModelError) {
            try model.definition.validate()
        } catch {
            let code: ArtifactError.Code = error.code == .unsupported ? .unsupportedVersion : .corrupt
            throw ArtifactError(
                code, path: failure.path, "\(error.place): \(error.message)", hint: error.hint, cause: error)
        }
        return model
    }
}
