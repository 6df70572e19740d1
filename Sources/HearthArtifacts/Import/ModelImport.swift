package import HearthCore
import HearthModel

/// The one way from a model file, of whatever format, to a model: the bytes decide, never the name.
///
/// Reads pickles of protocols 0 to 5, joblib files, the JSON and UBJSON of XGBoost, the text of LightGBM and
/// `model.hearth`, all but the last in any of the compressions that joblib has. Nothing of a file is ever run. Memory
/// and work are bounded by ``ImportLimits``.
package enum ModelImport {
    /// Changes whenever a file may convert to something else than before: what was converted by another version is
    /// converted again.
    package static let converterVersion: UInt32 = 2

    /// Reads and converts the file at `path`.
    ///
    /// - Throws: what reading throws (``ModelFile``); `.notAnArtifact` for what is no model file, saying what was
    ///   found; what the readers and converters throw: `.refused`, `.unsupported`, `.unsupportedVersion`,
    ///   `.unexpectedContent`, `.overBudget`, `.tooLarge`, `.truncated`, `.corrupt`, `.digestMismatch`.
    package static func read(
        path: String, limits: ImportLimits = ImportLimits()
    ) throws(ArtifactError) -> ImportedFile {
        try convert(ModelFile(path: path, fileByteCountMax: limits.fileByteCountMax), limits: limits)
    }

    /// Converts an open file, from its start; `path` is for messages.
    ///
    /// Throws what ``read(path:limits:)`` throws.
    package static func read(
        descriptor: borrowing FileDescriptor, path: String, limits: ImportLimits = ImportLimits()
    ) throws(ArtifactError) -> ImportedFile {
        let file = try ModelFile(descriptor: descriptor, path: path, fileByteCountMax: limits.fileByteCountMax)
        return try convert(file, limits: limits)
    }

    /// Converts bytes in memory; `path` is for messages.
    ///
    /// Throws what ``read(path:limits:)`` throws.
    package static func read(
        bytes: [UInt8], path: String, limits: ImportLimits = ImportLimits()
    ) throws(ArtifactError) -> ImportedFile {
        let file = try ModelFile(bytes: bytes, path: path, fileByteCountMax: limits.fileByteCountMax)
        return try convert(file, limits: limits)
    }

    /// Converts a file that is in memory.
    ///
    /// - Parameter withImportances: whether to add up importances of columns too: for who publishes, not for who loads.
    /// - Throws: what ``read(path:limits:)`` throws, but for reading.
    package static func convert(
        _ file: ModelFile, limits: ImportLimits, withImportances: Bool = true
    ) throws(ArtifactError) -> ImportedFile {
        let budgets = limits.pickle
        let codec = try unsafe Codec.of(file.store.bytes, path: file.path)
        var content = file.store
        if let codec { content = try Decompressor.expand(content, codec, limits: budgets, path: file.path) }
        guard content.count <= budgets.contentByteCountMax else {
            throw ArtifactError(
                .overBudget, path: file.path,
                "\(content.count) bytes of content found, at most \(budgets.contentByteCountMax) are read",
                hint: "train a smaller model, or raise the limit with --max-file-size")
        }
        let format = try unsafe ImportFormat.of(content.bytes, path: file.path)
        let model: ImportedFile.Content
        var protocolVersion: Int?
        switch format {
        case .pickle, .joblib:
            if unsafe content.bytes.first == 0x80, content.count > 1 { protocolVersion = unsafe Int(content.bytes[1]) }
            let document = try PickleDocument(content: content, path: file.path, codec: codec, limits: budgets)
            model = .definition(try SklearnConverter.model(document, withImportances: withImportances))
        case .xgboostJSON, .xgboostUBJSON, .lightGBMText:
            let byteCountMax = max(limits.fileByteCountMax, BoosterLimits.expandedByteCountMax)
            guard content.count <= byteCountMax else {
                throw ArtifactError(
                    .overBudget, path: file.path,
                    "\(content.count) bytes of \(format.rawValue) found, at most \(byteCountMax) are read",
                    hint: "train a smaller model, or raise the limit with --max-file-size")
            }
            let bytes = unsafe Array(content.bytes)
            model = .definition(ImportedModel(try BoosterConverter.model(bytes, path: file.path)))
        case .hearth: model = unsafe .artifact(try MappedArtifact(copying: content.bytes, subject: file.path))
        }
        return ImportedFile(
            file: file, format: format, pickleProtocol: protocolVersion, codec: codec,
            contentByteCount: content.count, content: model)
    }
}

/// A model file that was read and converted.
package struct ImportedFile: Sendable {
    /// What came of the file.
    package enum Content: Sendable {
        /// A model of another library.
        case definition(ImportedModel)
        /// Hearth's own: packed already.
        case artifact(MappedArtifact)
    }

    package let file: ModelFile
    package let format: ImportFormat
    /// The protocol that a pickle names; nil for protocols 0 and 1 and for other formats.
    package let pickleProtocol: Int?
    /// How the file was compressed; nil when it was not.
    package let codec: Codec?
    /// The size after decompression.
    package let contentByteCount: Int
    package let content: Content

    /// The definition and facts; nil for a `model.hearth`, which has only the packed form.
    package var model: ImportedModel? {
        if case .definition(let model) = content { model } else { nil }
    }
}

extension ImportedModel {
    /// The same of a booster's own file.
    init(_ model: BoosterModel) {
        let facts = model.facts
        let isXGBoost = facts.format != .lightGBMText
        var classes: ClassLabels?
        if case .classification(let labels) = model.definition.estimator.outputShape?.task { classes = labels }
        self.init(
            definition: model.definition,
            facts: ImportedFacts(
                className: "Booster", steps: [facts.booster], library: isXGBoost ? "XGBoost" : "LightGBM",
                libraryVersion: facts.version, featureNames: facts.featureNames, classes: classes,
                treeCount: facts.usedTreeCount, outputs: model.definition.estimator.outputShape?.outputNames ?? []))
    }
}
