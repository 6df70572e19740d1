import Glibc
import HearthArtifacts
import HearthClient
import HearthCore
import HearthImport
import HearthKernels
import HearthModel
import HearthServing

/// The model that `hearth verify` asks: a file, a version in the model directory, or a served model.
struct VerifyTarget: CustomStringConvertible {
    private enum Kind {
        case model(ServableModel, definition: ModelDefinition?)
        case served(HearthClient, model: String, version: String)
    }

    private let kind: Kind
    /// What was found, for people.
    let description: String

    /// Doubles in one call at most: about half of what a frame may hold.
    private static let valueCountMax = 250_000

    init(
        _ text: String, version: String, isServed: Bool, limits: ImportLimits, place: ModelStoreOptions,
        client: HearthClient
    ) throws {
        if !isServed, version.isEmpty {
            if unsafe access(text, F_OK) == 0, try !Self.isFolder(text) {
                let file = try ModelImport.read(path: text, limits: limits)
                let artifact = try MappedArtifact(copying: HearthFile.encode(file.sections()), subject: text)
                kind = .model(try artifact.servable(subject: text), definition: file.model?.definition)
                description = file.model.map { "\(text): \($0.facts.className)" } ?? text
                return
            }
            if let id = try? ModelID(text), let found = try Self.version(id, limits, place) {
                kind = .model(found, definition: nil)
                description = "version \(id) in \(place.path)"
                return
            }
        }
        kind = .served(client, model: text, version: version)
        description = "\(text)\(version.isEmpty ? "" : ", version \(version)"), served"
    }

    private static func isFolder(_ path: String) throws(SystemError) -> Bool {
        let file = try FileDescriptor.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        return try file.status(subject: path).kind == .directory
    }

    /// A version of the model directory; nil when there is no such directory or version.
    private static func version(
        _ id: ModelID, _ limits: ImportLimits, _ place: ModelStoreOptions
    ) throws -> ServableModel? {
        do {
            let directory = try place.directory(fileByteCountMax: limits.fileByteCountMax, access: .readOnly)
            return try ArtifactLoader.check(directory.open(id).artifact, subject: id.text)
        } catch let error as ArtifactError where error.code == .notFound {
            return nil
        }
    }

    /// Asks the model for all rows. Throws what asking throws.
    func verifier(for rows: ExpectedArray) throws -> ModelVerifier {
        switch kind {
        case .model(let model, let definition):
            return try ModelVerifier(model, definition: definition, rows: rows)
        case .served(let client, let model, let version):
            return ModelVerifier(answers: try Self.ask(client, model, version, rows), rows: rows)
        }
    }

    private static func ask(
        _ client: HearthClient, _ model: String, _ version: String, _ rows: ExpectedArray
    ) throws -> [ModelAnswer] {
        let width = max(1, rows.width)
        let step = max(1, valueCountMax / width) * width
        var answers: [ModelAnswer] = []
        var answering = version
        for start in stride(from: 0, to: rows.cells.count, by: step) {
            let cells = rows.cells[start..<min(rows.cells.count, start + step)]
            let part = try predict(client, model, answering, cells, columnCount: width)
            // All rows by one version, whatever is promoted meanwhile.
            answering = part.modelVersion
            for (index, output) in part.outputs.enumerated() {
                if index == answers.count {
                    answers.append(ModelAnswer(name: output.name, width: output.width, cells: []))
                }
                let numbers = output.values.map { ArrayCell.number($0) }
                answers[index].cells += output.labels.isEmpty ? numbers : output.labels.map { ArrayCell.text($0) }
            }
        }
        return answers
    }
    /// Texts go as cells, which the server turns into the model's codes; rows of numbers go as they are.
    private static func predict(
        _ client: HearthClient, _ model: String, _ version: String, _ cells: ArraySlice<ArrayCell>, columnCount: Int
    ) throws -> Prediction {
        let numbers = cells.compactMap(\.number)
        if numbers.count == cells.count {
            return try client.predict(model: model, rows: numbers, columns: columnCount, version: version)
        }
        let rows = stride(from: cells.startIndex, to: cells.endIndex, by: columnCount).map { start in
            cells[start..<min(start + columnCount, cells.endIndex)].map(\.cell)
        }
        return try client.predict(model: model, cells: rows, version: version)
    }
}

extension ArrayCell {
    fileprivate var number: Double? {
        guard case .number(let value) = self else { return nil }
        return value
    }

    /// The same for a request.
    fileprivate var cell: Cell {
        switch self {
        case .number(let value): .number(value)
        case .text(let text): .text(text)
        case .none: .none
        }
    }
}
