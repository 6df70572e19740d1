import HearthArtifacts
import HearthCore
import HearthImport
import HearthKernels
import HearthModel
import HearthServing

/// What a model file is, as `hearth inspect` shows it.
struct FileReport {
    var path: String
    var result: Result<Facts, ArtifactError>
    /// Of a file that was refused: the class and library version in it, as far as it could be read.
    var subject: ModelImport.Subject?

    /// What a file that can be served says.
    struct Facts {
        var file: ImportedFile
        var signature: InputSignature
        var outputs: [OutputSignature]
        /// Bytes of the `model.hearth` that it becomes.
        var packedByteCount: Int
        var nodeCount: Int
        var acceptsMissing: Bool
    }

    init(path: String, limits: ImportLimits) {
        self.path = path
        do throws(ArtifactError) {
            let file = try ModelFile(path: path, fileByteCountMax: limits.fileByteCountMax)
            do throws(ArtifactError) {
                result = .success(try Facts(try ModelImport.convert(file, limits: limits)))
            } catch {
                subject = ModelImport.subject(of: file, limits: limits)
                throw error
            }
        } catch {
            result = .failure(error)
        }
    }
}

extension FileReport.Facts {
    init(_ file: ImportedFile) throws(ArtifactError) {
        self.file = file
        let bytes = try HearthFile.encode(file.sections())
        let model = try MappedArtifact(copying: bytes, subject: file.file.path).servable(subject: file.file.path)
        signature = model.signature
        outputs = model.outputs
        packedByteCount = bytes.count
        nodeCount = 0
        if case .treeEnsemble(let ensemble) = file.model?.definition.estimator {
            nodeCount = ensemble.trees.reduce(0) { $0 + $1.nodes.count }
        }
        let missing = [Double](repeating: .nan, count: signature.columnCount)
        acceptsMissing = (try? model.outputs(of: missing)) != nil
    }

    /// `pickle, protocol 4, in gzip`.
    var formatText: String {
        let protocolText = file.pickleProtocol.map { ", protocol \($0)" } ?? ""
        return "\(file.format.rawValue)\(protocolText)\(file.codec.map { ", in \($0.rawValue)" } ?? "")"
    }

    /// The stages before the estimator, by name.
    var stageNames: [String] { (file.model?.definition.stages ?? []).map { Self.name(of: $0) } }

    /// What a stage does, in a word: the name of its case.
    private static func name(of stage: Stage) -> String {
        let text = "\(stage)"
        return String(text.prefix { $0 != "(" })
    }

    private var classTexts: [String] {
        switch file.model?.facts.classes {
        case .integers(let labels): labels.map { "\($0)" }
        case .booleans(let labels): labels.map { "\($0)" }
        case .floats(let labels): labels.map { "\($0)" }
        case .strings(let labels): labels
        case nil: []
        }
    }

    private func shortened(_ texts: [String]) -> String {
        let shown = texts.prefix(24).joined(separator: ", ")
        return texts.count > 24 ? "\(shown), … (all with --json)" : shown
    }

    var lines: [(String, String)] {
        let facts = file.model?.facts
        let steps = facts?.steps ?? []
        let isNested = steps.count > 1 || steps.first != facts?.className
        let columns = signature.columnNames
        return [
            ("class", facts?.className ?? "packed model"),
            ("steps", isNested ? steps.joined(separator: " > ") : ""),
            ("library", facts.map { "\($0.library) \($0.libraryVersion)" } ?? "Hearth"), ("format", formatText),
            ("columns", "\(signature.columnCount)\(columns.isEmpty ? ", without names" : ": \(shortened(columns))")"),
            ("missing", acceptsMissing ? "accepted (NaN)" : "refused"),
            ("classes", classTexts.isEmpty ? "" : "\(classTexts.count): \(shortened(classTexts))"),
            ("stages", stageNames.joined(separator: ", ")),
            ("trees", (facts?.treeCount ?? 0) > 0 ? "\(facts?.treeCount ?? 0) with \(nodeCount) nodes" : ""),
            ("outputs", outputs.map { $0.width == 1 ? $0.name : "\($0.name)[\($0.width)]" }.joined(separator: ", ")),
            ("size", "\(ByteCount(file.file.byteCount)); \(ByteCount(packedByteCount)) as model.hearth"),
            ("sha256", "\(file.file.digest)"),
        ]
    }

    var json: [(String, JSON)] {
        let facts = file.model?.facts
        return [
            ("class", facts.map { .text($0.className) } ?? .null),
            ("steps", .array((facts?.steps ?? []).map(JSON.text))),
            ("library", .text(facts?.library ?? "Hearth")),
            ("library_version", .text(facts?.libraryVersion ?? "")),
            ("format", .text(file.format.rawValue)),
            ("pickle_protocol", file.pickleProtocol.map(JSON.integer) ?? .null),
            ("codec", file.codec.map { .text($0.rawValue) } ?? .null),
            ("column_count", .integer(signature.columnCount)),
            ("columns", .array(signature.columnNames.map(JSON.text))),
            ("accepts_missing", .bool(acceptsMissing)),
            ("classes", classJSON), ("stages", .array(stageNames.map(JSON.text))),
            ("trees", .integer(facts?.treeCount ?? 0)), ("nodes", .integer(nodeCount)),
            (
                "outputs",
                .array(outputs.map { .object([("name", .text($0.name)), ("width", .integer($0.width))]) })
            ),
            ("bytes", .integer(file.file.byteCount)), ("content_bytes", .integer(file.contentByteCount)),
            ("packed_bytes", .integer(packedByteCount)), ("sha256", .text("\(file.file.digest)")),
        ]
    }

    private var classJSON: JSON {
        switch file.model?.facts.classes {
        case .integers(let labels): .array(labels.map(JSON.integer))
        case .booleans(let labels): .array(labels.map(JSON.bool))
        case .floats(let labels): .array(labels.map(JSON.number))
        case .strings(let labels): .array(labels.map(JSON.text))
        case nil: .array([])
        }
    }
}

extension FileReport {
    var isRefused: Bool { if case .failure = result { true } else { false } }

    var text: String {
        switch result {
        case .success(let facts): "\(path)\n\(Self.indented(facts.lines))"
        case .failure(let error): "\(path): refused\n\(Self.indented(refusalLines(error)))"
        }
    }

    private func refusalLines(_ error: ArtifactError) -> [(String, String)] {
        [
            ("class", subject?.className ?? ""), ("library", subject.map(\.libraryText) ?? ""),
            ("reason", error.message), ("place", error.byteOffset.map { "byte \($0)" } ?? ""), ("mend", error.hint),
        ]
    }

    static func indented(_ lines: [(String, String)]) -> String {
        let shown = lines.filter { !$0.1.isEmpty }
        let width = shown.map(\.0.count).max() ?? 0
        return shown.map { "  \($0.0)\(String(repeating: " ", count: width - $0.0.count))  \($0.1)" }
            .joined(separator: "\n")
    }

    var json: JSON {
        switch result {
        case .success(let facts): return .object([("file", .text(path)), ("refused", .bool(false))] + facts.json)
        case .failure(let error):
            return .object([
                ("file", .text(path)), ("refused", .bool(true)),
                ("class", subject.map { .text($0.className) } ?? .null),
                ("library", subject.map { .text($0.library) } ?? .null),
                ("library_version", subject?.libraryVersion.map(JSON.text) ?? .null),
                ("code", .text("\(error.code)")), ("reason", .text(error.message)),
                ("byte_offset", error.byteOffset.map(JSON.integer) ?? .null), ("hint", .text(error.hint)),
            ])
        }
    }
}
