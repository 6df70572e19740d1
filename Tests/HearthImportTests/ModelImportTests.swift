import Foundation
import HearthArtifacts
import HearthImport
import HearthKernels
import HearthModel
import HearthServing
import HearthTestSupport
import Testing

/// What a file is, by its bytes.
@Suite struct ModelImportTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func error(_ bytes: [UInt8], limits: ImportLimits = ImportLimits()) -> ArtifactError? {
        do throws(ArtifactError) {
            _ = try ModelImport.read(bytes: bytes, path: "model", limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        (".p2.pkl", "pickle", 2, ""), (".p4.pkl", "pickle", 4, ""), (".p5.pkl", "pickle", 5, ""),
        (".joblib", "joblib", 4, ""), (".joblib.z", "joblib", 4, "zlib"), (".joblib.gz", "joblib", 4, "gzip"),
        (".joblib.bz2", "joblib", 4, "bzip2"), (".joblib.xz", "joblib", 4, "xz"),
        (".joblib.lzma", "joblib", 4, "lzma"), (".joblib.lz4", "joblib", 4, "lz4"), (".pkl.gz", "pickle", 4, "gzip"),
    ])
    func `the bytes tell format, protocol and codec, whatever the file is called`(
        ending: String, format: String, version: Int, codec: String
    ) throws {
        let path = "\(folder.path)/model.txt"
        try FileManager.default.copyItem(
            atPath: ImportSamples.file("sklearn-1.7.2/iforest_auto", "iforest_auto\(ending)"), toPath: path)
        let file = try ModelImport.read(path: path)
        #expect(file.format.rawValue == format)
        #expect(file.pickleProtocol == version)
        #expect(file.codec?.rawValue ?? "" == codec)
        #expect(file.model?.facts.className == "IsolationForest")
        #expect(file.model?.facts.libraryVersion == "1.7.2")
    }

    @Test func `a file of a booster's own is read, compressed or not, and says its library`() throws {
        let bytes = try ImportSamples.bytes("\(ImportSamples.boosters)/lightgbm-4.6.0/binary.txt")
        for content in [bytes, GzipSamples.gzip(bytes)] {
            let file = try ModelImport.read(bytes: content, path: "binary")
            #expect(file.format == .lightGBMText)
            #expect(file.model?.facts.library == "LightGBM")
            #expect(file.modelType == "lightgbm")
        }
    }

    @Test func `a model.hearth is read back to the sections that made it`() throws {
        let first = try ModelImport.read(path: ImportSamples.iforest)
        let bytes = try HearthFile.encode(first.sections())
        let second = try ModelImport.read(bytes: bytes, path: "model.hearth")
        #expect(second.format == .hearth)
        #expect(try second.sections() == first.sections())
    }

    @Test(arguments: [
        ("", "an empty file found"), ("a,b,c\n1,2,3\n", "text that begins with 'a,b,c' found"),
        ("PK\u{3}\u{4}zip", "a ZIP archive (skops, PyTorch, NPZ, Keras) found"),
        ("{\"a\": 1}", "JSON without a 'learner' found"),
        ("version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS, not the file itself found"),
        ("CBM1....", "a CatBoost model found"),
    ])
    func `what is no model file is refused with what it is`(text: String, found: String) {
        let error = error(Array(text.utf8))
        #expect(error?.code == .notAnArtifact)
        #expect(
            error?.message
                == "\(found), a pickle, a joblib file, an XGBoost or LightGBM model or a model.hearth expected")
    }

    @Test func `R68: a file over the limit is refused with the option that raises it, and read with that`() throws {
        let bytes = try ImportSamples.bytes(ImportSamples.iforest)
        let error = error(bytes, limits: ImportLimits(fileByteCountMax: 1000))
        #expect(error?.code == .tooLarge)
        #expect(error?.message.contains("at most 1000 are allowed per file") == true)
        #expect(error?.hint == "train a smaller model, or raise the limit with --max-file-size 1MiB")
        #expect(
            try ModelImport.read(path: ImportSamples.iforest, limits: ImportLimits(fileByteCountMax: 1 << 20)).model
                != nil)
    }

    @Test func `golden rows tell leaves apart and are the same for the same file`() throws {
        let file = try ModelImport.read(path: ImportSamples.iforest)
        #expect(try file.sections() == (try ModelImport.read(path: ImportSamples.iforest).sections()))
        let model = try MappedArtifact(copying: HearthFile.encode(file.sections()), subject: "model")
            .servable(subject: "model")
        let golden = try model.exercised(by: file.model?.definition)
        let scores = Set(golden.outputs.prefix(golden.rowCount).map(\.bitPattern))
        #expect(golden.rowCount >= 32)
        #expect(scores.count > golden.rowCount / 2, "\(scores.count) different scores of \(golden.rowCount) rows")
        #expect(golden.rows.contains { $0.isNaN })
    }
}
