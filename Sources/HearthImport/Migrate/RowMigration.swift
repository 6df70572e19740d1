import HearthArtifacts
import HearthCore
import HearthModel
import HearthRegistry
import HearthRegistryPostgres
import HearthServing

/// Moves one row's model into files.
struct RowMigration {
    let store: PostgresRegistryStore
    /// nil: a dry run.
    let directory: ModelDirectory?
    let options: BlobMigration.Options
    let faults: (MigrationFaultPoint) -> Void

    /// What became of a row, and whether the others are to be tried.
    struct Outcome {
        var row: BlobMigrationReport.Row
        var fileByteCount = 0
        var stopReason: String?
    }

    /// Two rows of one series and millisecond whose ids are the same by chance: another is tried.
    private static let attemptCount = 8

    func run(_ id: Int64, _ read: Result<BlobRow, RegistryError>) -> Outcome {
        var outcome = Outcome(
            row: BlobMigrationReport.Row(id: id, model: "", byteCount: 0, result: .failed(reason: "")))
        do {
            let row = try read.get()
            outcome.row.model = [row.modelType, row.metricType].compactMap { $0 }.joined(separator: ", ")
            outcome.row.byteCount = row.byteCount
            let subject = "row \(id) of ml_models"
            try ArtifactLimits(fileByteCountMax: options.limits.fileByteCountMax)
                .checkFile(subject, byteCount: Int(clamping: row.byteCount))
            let file = try ModelFile(
                bytes: row.data ?? [], path: subject, fileByteCountMax: options.limits.fileByteCountMax)
            let converted: Converted
            do throws(ArtifactError) {
                converted = try Converted(file, options.limits)
            } catch {
                guard Self.isNotServable(error.code) else { throw error }
                faults(.converted)
                let path = try keep(file, of: row, reason: error.reason)
                outcome.row.result = .notServable(path: path, reason: error.reason)
                outcome.fileByteCount = file.byteCount
                return outcome
            }
            faults(.converted)
            let (modelID, byteCount) = try publish(converted, of: row)
            outcome.row.result = .migrated(modelID: modelID.text)
            outcome.fileByteCount = byteCount
        } catch {
            outcome.row.result = .failed(reason: Self.reason(error))
            outcome.stopReason = Self.stopReason(error)
        }
        return outcome
    }

    /// A file that a server could load.
    private struct Converted {
        let file: ImportedFile
        let sections: [ModelSection]
        /// Of the `model.hearth`.
        let packedByteCount: Int

        init(_ file: ModelFile, _ limits: ImportLimits) throws(ArtifactError) {
            self.file = try ModelImport.convert(file, limits: limits)
            sections = try self.file.sections()
            let packed = try HearthFile.encode(sections)
            packedByteCount = packed.count
            let artifact = try MappedArtifact(copying: packed, subject: file.path)
            do throws(CallFailure) { _ = try ArtifactLoader.check(artifact, subject: file.path) } catch {
                throw ArtifactError(
                    .verificationFailed, path: file.path, error.description, hint: "report this file")
            }
        }

        /// The original's name in the version's folder; nil when it is the `model.hearth` itself.
        var originalName: String? {
            switch file.format {
            case .pickle: "model.pkl"
            case .joblib: "model.joblib"
            case .xgboostJSON: "model.json"
            case .xgboostUBJSON: "model.ubj"
            case .lightGBMText: "model.txt"
            case .hearth: nil
            }
        }
    }

    // MARK: - A version

    private func publish(_ converted: Converted, of row: BlobRow) throws -> (ModelID, byteCount: Int) {
        let key = ModelKey(modelType: row.modelType, metricType: row.metricType)
        let name = try key.defaultName()
        guard let directory else {
            return (try modelID(of: row, converted.file.file, 0), converted.packedByteCount + Int(row.byteCount))
        }
        let digest = converted.file.file.digest
        func commit(_ modelID: ModelID, path: String, byteCount: Int, manifestDigest: SHA256Digest) throws {
            try adopt(
                row,
                ModelVersion(
                    modelID: modelID, name: name, key: key, status: row.isActive ? .success : .archived, path: path,
                    sizeBytes: Int64(byteCount), manifestDigest: "\(manifestDigest)",
                    trainingDate: row.trainingDate, createdAt: row.createdAt ?? row.trainingDate), digest)
        }
        for attempt in 0..<Self.attemptCount {
            let modelID = try modelID(of: row, converted.file.file, attempt)
            switch try look(at: modelID, directory, row, digest) {
            case .taken: continue
            case .left(let version):
                // A run that was ended between the disk and the registry.
                let byteCount = version.manifest.files.reduce(0) { $0 + $1.byteCount }
                try commit(modelID, path: modelID.text, byteCount: byteCount, manifestDigest: version.manifestDigest)
                faults(.recorded)
                return (modelID, byteCount)
            case .free:
                let published = try directory.publish(
                    NewVersion(
                        modelID: modelID, name: name,
                        key: Manifest.Key(modelType: key.modelType, metricType: key.metricType),
                        createdAt: row.createdAt ?? row.trainingDate, trainedWith: converted.file.library,
                        schema: try converted.file.schema(), files: try files(converted, row)),
                    verify: { _ = try ArtifactLoader.check($0, subject: modelID.text) },
                    commit: { published in
                        try commit(
                            published.modelID, path: published.path, byteCount: published.byteCount,
                            manifestDigest: published.manifestDigest)
                    },
                    faults: { faults(.publishing($0)) })
                faults(.recorded)
                return (modelID, published.byteCount)
            }
        }
        throw ImportError(.unusableName, "no model_id is free for row \(row.id)")
    }

    private enum Place {
        case free
        case taken
        /// Published for this row and these bytes, and unknown to the registry.
        case left(OpenedVersion)
    }

    private func look(
        at modelID: ModelID, _ directory: ModelDirectory, _ row: BlobRow, _ digest: SHA256Digest
    ) throws -> Place {
        guard try store.version(modelID) == nil else { return .taken }
        do throws(ArtifactError) {
            let version = try directory.open(modelID)
            let parameters = try directory.metadata(of: modelID)?.parameters ?? [:]
            let isOurs =
                parameters["ml_models_id"] == .integer(row.id)
                && parameters["imported_sha256"] == .string("\(digest)")
            return isOurs ? .left(version) : .taken
        } catch {
            return error.code == .notFound ? .free : .taken
        }
    }

    private func files(_ converted: Converted, _ row: BlobRow) throws(ArtifactError) -> VersionFiles {
        var metadata = converted.file.metadata
        metadata.parameters["ml_models_id"] = .integer(row.id)
        for (name, value) in [("accuracy", row.accuracy), ("precision", row.precision), ("recall", row.recall)] {
            if let value { metadata.metrics[name] = .number(value) }
        }
        let original = try converted.originalName.map { name throws(ArtifactError) in
            try VersionFile(name: name, bytes: converted.file.file.bytes)
        }
        return VersionFiles(
            model: converted.sections, metadata: metadata,
            featureImportancesCSV: FeatureImportances(converted.file)?.csv, others: original.map { [$0] } ?? [])
    }

    /// The row's transaction. When the database does not say whether it took the change, it is asked.
    private func adopt(_ row: BlobRow, _ version: ModelVersion, _ digest: SHA256Digest) throws {
        do throws(RegistryError) {
            try store.adopt(row: row.id, as: version, blobDigest: digest.bytes, actor: options.actor)
        } catch {
            guard error.code == .unavailable else { throw error }
            let found: ModelVersion?
            do throws(RegistryError) { found = try store.version(version.modelID) } catch {
                throw UncertainCommit(cause: error)
            }
            if found == nil { throw error }
        }
    }

    // MARK: - A file that is kept

    private func keep(_ file: ModelFile, of row: BlobRow, reason: String) throws -> String {
        for attempt in 0..<Self.attemptCount {
            let name = "\(try modelID(of: row, file, attempt)).pkl"
            guard let directory else { return name }
            do throws(ArtifactError) {
                try directory.keep(file, as: name)
            } catch {
                guard error.code == .alreadyExists else { throw error }
                continue
            }
            faults(.fileKept)
            try store.nameFile(ofRow: row.id, path: name, reason: reason, blobDigest: file.digest.bytes)
            faults(.recorded)
            return name
        }
        throw ImportError(.unusableName, "no file name is free for row \(row.id)")
    }

    /// The specification's id (R61), with characters that come from the row and its bytes: the same in every run.
    private func modelID(of row: BlobRow, _ file: ModelFile, _ attempt: Int) throws(NameError) -> ModelID {
        let word = file.digest.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var randomness = SplitMix64(seed: word ^ UInt64(bitPattern: row.id) &+ UInt64(attempt) << 56)
        return try ModelID.make(
            parts: [row.modelType, row.metricType].compactMap { $0 }, at: row.trainingDate, randomness: &randomness)
    }
}

extension RowMigration {
    /// Whether the file is whole, as far as it was read, and Hearth just does not compute it.
    private static func isNotServable(_ code: ArtifactError.Code) -> Bool {
        switch code {
        case .refused, .unsupported, .unsupportedVersion, .unexpectedContent, .overBudget: true
        case .notFound, .alreadyExists, .incomplete, .notAnArtifact, .truncated, .corrupt, .digestMismatch,
            .invalidManifest, .invalidName, .tooLarge, .quotaExceeded, .pathTraversal, .permissionDenied, .diskFull,
            .verificationFailed, .commitFailed, .commitUncertain, .unavailable, .system:
            false
        }
    }

    /// Why no other row would do better either; nil when it may.
    private static func stopReason(_ error: any Error) -> String? {
        switch error {
        case let error as ArtifactError:
            switch error.code {
            case .diskFull, .permissionDenied, .commitUncertain, .unavailable, .system: error.description
            case .commitFailed: error.cause.flatMap(stopReason)
            default: nil
            }
        case let error as RegistryError: error.code == .unavailable ? error.description : nil
        default: nil
        }
    }

    private static func reason(_ error: any Error) -> String { (error as? ArtifactError)?.reason ?? "\(error)" }
}

extension ArtifactError {
    /// Without the path, which stands before it: a row's.
    fileprivate var reason: String {
        guard path.hasPrefix("row ") else { return description }
        return "\(byteOffset.map { "at byte \($0): " } ?? "")\(message); \(hint)"
    }
}
