import Glibc
import HearthArtifacts
import HearthKernels
import HearthModel

/// `model.hearth` from its bytes to an answer: once as they are, and once with the size and the digest that they ought
/// to have, so that everything behind the digest is reached.
enum HearthFileFuzzer {
    private static let digestRange = 16..<48
    private static let sizeRange = 56..<64

    static func run(_ input: [UInt8]) {
        read(input)
        if let mended = mended(input) { read(mended) }
    }

    private static func read(_ bytes: [UInt8]) {
        do throws(ArtifactError) {
            let artifact = try unsafe bytes.withUnsafeBufferPointer { buffer throws(ArtifactError) in
                try unsafe MappedArtifact(copying: UnsafeRawBufferPointer(buffer))
            }
            serve(artifact)
        } catch {
            precondition(!error.message.isEmpty && !error.hint.isEmpty, "an error without a word")
            precondition((error.byteOffset ?? 0) <= bytes.count, "an error's place lies in the file")
        }
    }

    private static func serve(_ artifact: MappedArtifact) {
        do throws(ModelError) {
            let model = try unsafe ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
            Answers.ask(model)
            if let golden = unsafe artifact.section(.golden) {
                _ = try? model.mismatch(with: try unsafe GoldenVectors(decoding: golden))
            }
        } catch {
            precondition(!error.message.isEmpty && !error.hint.isEmpty, "an error without a word")
        }
    }

    private static func mended(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > sizeRange.upperBound else { return nil }
        var bytes = bytes
        bytes.replaceSubrange(
            sizeRange,
            with: sizeRange.indices.map { index in
                UInt8(truncatingIfNeeded: bytes.count >> (8 * (index - sizeRange.lowerBound)))
            })
        let digested = Array(bytes[digestRange.upperBound...])
        guard let digest = try? SHA256Hasher.digest(of: digested, subject: "fuzz") else { return nil }
        bytes.replaceSubrange(digestRange, with: digest.bytes)
        return bytes
    }

    // MARK: Changes that keep the container

    /// The file with one section changed, laid out again.
    static func mutated(_ input: [UInt8], _ random: inout FuzzRandom) -> [UInt8]? {
        guard let mended = mended(input) else { return nil }
        let artifact = try? unsafe mended.withUnsafeBytes { try unsafe MappedArtifact(copying: $0) }
        guard let artifact else { return nil }
        var sections = artifact.sectionIDs.map { id in
            ModelSection(id, bytes: unsafe artifact.section(id).map { unsafe Array($0) } ?? [])
        }
        // The descriptor decides how all others are read.
        let index = random.next() % 3 == 0 ? 0 : Int(random.next() % UInt64(sections.count))
        sections[index].bytes = Fuzz.changed(sections[index].bytes)
        return try? HearthFile.encode(sections)
    }

    // MARK: Seeds

    /// Writes what each file of Python converts to, with golden vectors, into `folder`; files that are refused are left
    /// out.
    static func writeSeeds(from files: [String], into folder: String) {
        for (index, path) in files.enumerated() {
            guard let document = try? PickleFile.read(path: path),
                let definition = try? SklearnConverter.model(document).definition,
                var sections = try? PackedModel.pack(definition), let model = try? ServableModel(sections)
            else { continue }
            let row = [Double](repeating: 0.25, count: definition.signature.columnCount)
            if let outputs = try? model.outputs(of: row),
                let golden = try? GoldenVectors(
                    rowCount: 1, columnCount: row.count, outputWidth: model.outputWidth, rows: row, outputs: outputs)
            {
                sections.append(golden.encoded())
            }
            guard let bytes = try? HearthFile.encode(sections) else { continue }
            let target = unsafe fopen("\(folder)/seed-\(index).hearth", "w")
            guard let target = unsafe target else { fatalError("\(folder) cannot be written") }
            unsafe fwrite(bytes, 1, bytes.count, target)
            unsafe fclose(target)
        }
    }
}
