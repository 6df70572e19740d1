import HearthArtifacts
package import HearthCore
import HearthKernels
package import HearthRegistry
import Logging

/// Versions whose `model_path` names a pickle, a joblib file or a booster instead of a version's folder.
///
/// The file is converted in memory, on the loader's thread, and checked like any other model. The conversion is kept
/// beside it, so that the next load is one of a `model.hearth`; where it cannot be kept, that is a warning and the next
/// load converts again. The file itself is the user's: it is never moved or changed.
extension ArtifactLoader {
    /// The file that the version is to be converted from; nil when it has a folder of its own.
    func original(of version: ModelVersion) throws(CallFailure) -> String? {
        guard let path = version.path else { return nil }
        do {
            return try directory.original(named: path, of: version.modelID)
        } catch {
            throw Self.refusal(version.modelID, error)
        }
    }

    /// Loads the version from the model file `original`.
    func load(
        _ version: ModelVersion, from original: String, began: MonotonicTime
    ) throws(CallFailure) -> Servable {
        let file: ModelFile
        do { file = try directory.readOriginal(original) } catch { throw Self.refusal(version.modelID, error) }
        guard version.manifestDigest.isEmpty || version.manifestDigest == "\(file.digest)" else {
            throw CallFailure(
                .dataLoss,
                "version '\(version.modelID)' is not the one that was registered: \(file.path) has SHA-256 "
                    + "\(file.digest), the registry says \(version.manifestDigest); put the file back or register "
                    + "the new one")
        }
        let key = ConversionKey(originalDigest: file.digest)
        if let kept = kept(of: original, key, version.modelID) {
            return servable(version, kept.model, kept.artifact, began: began)
        }
        let (bytes, artifact, model) = try converted(file, key, version.modelID)
        logger.info(
            "model file converted",
            metadata: [
                "model_id": "\(version.modelID)", "file": "\(file.path)",
                "milliseconds": "\(Double(MonotonicTime.now() - began) / 1e6)",
            ])
        do {
            try directory.keepConversion(bytes, of: original, id: version.modelID)
        } catch {
            logger.warning(
                "the conversion of a model file cannot be kept beside it: it is converted at every load",
                metadata: ["model_id": "\(version.modelID)", "error": "\(error)"])
        }
        return servable(version, model, artifact, began: began)
    }

    /// Loads the version from the pickle that is kept in its database row; nil when there is none.
    ///
    /// Throws as ``load(_:)`` does, UNAVAILABLE when the registry cannot be read.
    package func load(
        _ version: ModelVersion, from store: any RegistryStore
    ) throws(CallFailure) -> Servable? {
        let began = MonotonicTime.now()
        let modelData: [UInt8]?
        do {
            modelData = try store.modelData(
                of: version.modelID, byteCountMax: directory.limits.fileByteCountMax)
        } catch {
            throw CallFailure(error.code == .refused ? .resourceExhausted : .unavailable, "\(error)")
        }
        guard let modelData else { return nil }
        let file: ModelFile
        do {
            file = try ModelFile(
                bytes: modelData, path: "model_data of version '\(version.modelID)'",
                fileByteCountMax: directory.limits.fileByteCountMax)
        } catch {
            throw Self.refusal(version.modelID, error)
        }
        let (_, artifact, model) = try converted(file, ConversionKey(originalDigest: file.digest), version.modelID)
        return servable(version, model, artifact, began: began, source: .database)
    }

    private func converted(
        _ file: ModelFile, _ key: ConversionKey, _ modelID: ModelID
    ) throws(CallFailure) -> ([UInt8], MappedArtifact, ServableModel) {
        let bytes: [UInt8]
        let artifact: MappedArtifact
        do {
            bytes = try convert(file, key)
            artifact = try MappedArtifact(copying: bytes, subject: file.path)
        } catch {
            throw Self.refusal(modelID, error)
        }
        return (bytes, artifact, try Self.check(artifact, subject: modelID.text))
    }

    /// The conversion that lies beside the file, checked; nil when there is none that can be used, whatever the reason:
    /// then the file is converted again.
    private func kept(
        of original: String, _ key: ConversionKey, _ modelID: ModelID
    ) -> (model: ServableModel, artifact: MappedArtifact)? {
        do {
            guard let artifact = try directory.conversion(of: original, key: key) else { return nil }
            return (try Self.check(artifact, subject: modelID.text), artifact)
        } catch {
            logger.warning(
                "the conversion beside a model file cannot be used: the file is converted again",
                metadata: ["model_id": "\(modelID)", "error": "\(error)"])
            return nil
        }
    }

    /// A whole `model.hearth` of a model file.
    private func convert(_ file: ModelFile, _ key: ConversionKey) throws(ArtifactError) -> [UInt8] {
        let limits = ImportLimits(fileByteCountMax: directory.limits.fileByteCountMax)
        let imported = try ModelImport.convert(file, limits: limits, withImportances: false)
        return try HearthFile.encode(imported.sections() + [key.section])
    }

    private func servable(
        _ version: ModelVersion, _ model: ServableModel, _ artifact: MappedArtifact, began: MonotonicTime,
        source: AnswerSource = .file
    ) -> Servable {
        Servable(
            name: version.name, modelID: version.modelID, model: model, mappedByteCount: artifact.byteCount,
            loadMilliseconds: Double(MonotonicTime.now() - began) / 1e6, source: source)
    }

    private static func refusal(_ modelID: ModelID, _ error: ArtifactError) -> CallFailure {
        CallFailure(status(error.code), "version '\(modelID)' cannot be loaded from its model_path: \(error)")
    }
}
