import Glibc
import HearthArtifacts
import HearthCore
import HearthKernels
import HearthModel

/// Loads one file, phase by phase, from its path to a model that is ready to answer.
struct FileLoad {
    /// Nanoseconds of each phase, in order.
    struct Phases {
        private(set) var named: [(String, Int64)] = []
        private var last = MonotonicTime.now()

        var totalNanoseconds: Int64 { named.reduce(0) { $0 + $1.1 } }

        mutating func end(_ name: String) {
            let now = MonotonicTime.now()
            named.append((name, now - last))
            last = now
        }
    }

    /// An imported model with its sections.
    struct Imported {
        let sections: [ModelSection]
        let model: ServableModel
    }

    let path: String
    let fileByteCountMax: Int

    /// The most memory that the program has had, in bytes; 0 where the system does not say.
    ///
    /// Not `getrusage`, which counts what the process was before it became this program.
    static func peakByteCount() throws -> Int {
        let path = "/proc/self/status"
        let file = try FileDescriptor.open(path, flags: O_RDONLY)
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = try unsafe bytes.withUnsafeMutableBytes { unsafe try file.read(into: $0, subject: path) }
        for line in String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("VmHWM:") {
            let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
            return (kibibytes ?? 0) * 1024
        }
        return 0
    }

    /// One load; `imported` is nil for a `.hearth` file.
    func run() throws -> (phases: Phases, imported: Imported?) {
        if path.hasSuffix(".hearth") { return (try open(), nil) }
        var phases = Phases()
        let definition: ModelDefinition
        if [".json", ".ubj", ".txt"].contains(where: path.hasSuffix) {
            let bytes = try bytes()
            phases.end("read")
            definition = try BoosterConverter.model(bytes, path: path).definition
        } else {
            let document = try PickleFile.read(path: path, limits: PickleLimits(fileByteCountMax: fileByteCountMax))
            phases.end("read")
            definition = try SklearnConverter.model(document).definition
        }
        phases.end("convert")
        let sections = try PackedModel.pack(definition)
        phases.end("pack")
        let model = try ServableModel(sections)
        phases.end("check")
        return (phases, Imported(sections: sections, model: model))
    }

    /// As the server does it.
    private func open() throws -> Phases {
        var phases = Phases()
        let file = try FileDescriptor.open(path, flags: O_RDONLY)
        let artifact = try MappedArtifact.read(descriptor: file, subject: path, byteCountMax: fileByteCountMax)
        phases.end("read")
        let model = unsafe try ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
        phases.end("check")
        guard let golden = unsafe artifact.section(.golden) else { throw DataError("\(path) has no golden vectors") }
        if let mismatch = unsafe try model.mismatch(with: GoldenVectors(decoding: golden)) {
            throw DataError("\(path): \(mismatch)")
        }
        phases.end("golden")
        return phases
    }

    private func bytes() throws -> [UInt8] {
        let file = try FileDescriptor.open(path, flags: O_RDONLY)
        let byteCount = Int(try file.status(subject: path).byteCount)
        try ArtifactLimits(fileByteCountMax: fileByteCountMax).checkFile(path, byteCount: byteCount)
        var bytes = [UInt8](repeating: 0, count: byteCount)
        let count = try unsafe bytes.withUnsafeMutableBytes { unsafe try file.read(into: $0, at: 0, subject: path) }
        guard count == byteCount else { throw DataError("\(path) shrank while it was read") }
        return bytes
    }
}

extension FileLoad.Imported {
    /// Rows of golden vectors: as many as the trainer stores.
    private static let goldenRowCount = 32

    /// Writes the model beside golden vectors of made-up rows, as publishing does.
    func write(to folder: String, named file: String) throws {
        var random = SplitMix64(seed: 1)
        var rows: [Double] = []
        for _ in 0..<Self.goldenRowCount * model.signature.columnCount {
            rows.append(Double.random(in: -3...3, using: &random))
        }
        let golden = try GoldenVectors(
            rowCount: Self.goldenRowCount, columnCount: model.signature.columnCount, outputWidth: model.outputWidth,
            rows: rows, outputs: model.outputs(of: rows))
        let bytes = try HearthFile.encode(sections + [golden.encoded()])
        let name = file.split(separator: "/").last.map(String.init) ?? file
        let path = "\(folder)/\(name).hearth"
        let output = try FileDescriptor.open(path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        try unsafe bytes.withUnsafeBytes { unsafe try output.write($0, subject: path) }
    }
}
