package import HearthArtifacts
package import HearthKernels
package import HearthModel

/// What the manifest, `meta.json` and the registry say of an imported file.
extension ImportedFile {
    /// The library that trained the model, and its version.
    var library: Manifest.Library {
        guard let facts = model?.facts else { return Manifest.Library(name: "hearth", version: "") }
        return Manifest.Library(name: facts.library, version: facts.libraryVersion)
    }

    /// What a row looks like to the caller.
    ///
    /// Throws `.corrupt` for a `model.hearth` that is no model.
    func schema() throws(ArtifactError) -> Manifest.Schema {
        let signature = try self.signature()
        return Manifest.Schema(
            columns: signature.columnNames, columnCount: signature.columnCount, window: signature.window)
    }

    /// The columns of the model.
    ///
    /// Throws `.corrupt` for a `model.hearth` that is no model.
    package func signature() throws(ArtifactError) -> InputSignature {
        switch content {
        case .definition(let model): return model.definition.signature
        case .artifact(let artifact): return try artifact.servable(subject: file.path).signature
        }
    }

    /// What `meta.json` says (R130): where the model comes from. Measures are unknown, so there are none.
    ///
    /// The file's name but no folder: model files hold nothing sensitive (R66).
    package var metadata: ModelMetadata {
        var parameters: [String: JSONValue] = [
            "imported_file": .string(FolderListing.last(file.path)), "imported_format": .string(format.rawValue),
            "imported_sha256": .string("\(file.digest)"),
        ]
        guard let facts = model?.facts else {
            return ModelMetadata(
                featureColumns: [], pipelineVersion: ModelImporter.pipelineVersion, parameters: parameters)
        }
        parameters["class"] = .string(facts.className)
        parameters["steps"] = .array(facts.steps.map(JSONValue.string))
        parameters["library"] = .string(facts.library)
        parameters["library_version"] = .string(facts.libraryVersion)
        if facts.treeCount > 0 { parameters["n_estimators"] = .integer(Int64(facts.treeCount)) }
        return ModelMetadata(
            featureColumns: facts.featureNames, pipelineVersion: ModelImporter.pipelineVersion,
            featureImportance: FeatureImportances(self)?.metadata ?? [:], parameters: parameters)
    }
}

extension MappedArtifact {
    /// The model in the artifact.
    ///
    /// Throws `.corrupt` when its sections are no model.
    package func servable(subject: String) throws(ArtifactError) -> ServableModel {
        do throws(ModelError) {
            return try ServableModel(sections)
        } catch {
            throw ArtifactError(
                .corrupt, path: subject, "\(error.place): \(error.message)", hint: error.hint, cause: error)
        }
    }
}
