import HearthArtifacts
import HearthClient
import HearthCore
import HearthImport
import HearthRegistry

/// What became of one file of an import.
struct ImportOutcome {
    var path: String
    var file: ImportedFile?
    var result: Result<ModelImporter.Imported, any Error>

    var isRefused: Bool { if case .failure = result { true } else { false } }

    func text(isOnly: Bool) -> String {
        switch result {
        case .success(let imported):
            let what = file?.model.map { "\($0.facts.className) of \($0.facts.library) \($0.facts.libraryVersion)" }
            let line =
                "\(path): \(what ?? "packed model") imported as \(imported.name), version \(imported.modelID)"
            guard isOnly else { return line }
            return "\(line)\n  in \(imported.path) (\(ByteCount(imported.sizeBytes)))"
        case .failure(let error): return "\(path): not imported: \(Self.reason(error, path))"
        }
    }

    /// Without the path, which stands before it.
    private static func reason(_ error: any Error, _ path: String) -> String {
        guard let error = error as? ArtifactError, error.path == path else { return "\(error)" }
        return "\(error.byteOffset.map { "at byte \($0): " } ?? "")\(error.message); \(error.hint)"
    }

    var json: JSON {
        switch result {
        case .success(let imported):
            .object([
                ("file", .text(path)), ("imported", .bool(true)), ("model_name", .text(imported.name.text)),
                ("model_version", .text(imported.modelID.text)), ("path", .text(imported.path)),
                ("original", imported.originalName.map(JSON.text) ?? .null),
                ("size_bytes", .integer(imported.sizeBytes)), ("class", .text(file?.model?.facts.className ?? "")),
                ("library", .text(file?.model?.facts.library ?? "")),
                ("library_version", .text(file?.model?.facts.libraryVersion ?? "")),
            ])
        case .failure(let error):
            .object([("file", .text(path)), ("imported", .bool(false)), ("error", .text("\(error)"))])
        }
    }
}

/// A promotion of an imported version: through the server where there is one, else in the registry.
struct ImportPromotion {
    private let imported: ModelImporter.Imported
    private let result: Result<String, any Error>

    init(
        _ imported: ModelImporter.Imported, _ importer: ModelImporter, _ client: HearthClient, socketPath: String
    ) {
        self.imported = imported
        do {
            let change = try client.promote(
                model: imported.name.text, version: imported.modelID.text, reason: "imported with promotion")
            result = .success(change.text)
            return
        } catch {
            guard error.origin == .connection || error.code == .notFound else {
                result = .failure(error)
                return
            }
            // No server, or one with another registry: the registry is where servers look.
        }
        do throws(ImportError) {
            let pointer = try importer.promote(imported)
            result = .success(
                "\(imported.name): \(imported.modelID) is in production, generation \(pointer.generation) (written "
                    + "into the registry: no server of it at \(socketPath))")
        } catch {
            result = .failure(error)
        }
    }

    var hasFailed: Bool { if case .failure = result { true } else { false } }

    var text: String {
        switch result {
        case .success(let text): text
        case .failure(let error): "\(imported.name): \(imported.modelID) is imported but was not promoted: \(error)"
        }
    }

    var json: JSON {
        .object([
            ("model_name", .text(imported.name.text)), ("model_version", .text(imported.modelID.text)),
            ("promoted", .bool(!hasFailed)), ("message", .text(text)),
        ])
    }
}
