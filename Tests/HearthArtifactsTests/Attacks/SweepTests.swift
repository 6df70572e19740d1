import Foundation
import HearthArtifacts
import HearthCore
import HearthKernels
import HearthModel
import HearthTestSupport
import Testing

/// Small whole files cut at every byte, and with bits turned, from the first byte to an answer.
///
/// `HEARTH_SWEEP=all` turns every bit of every file; else a sample of the larger ones, the same each time.
@Suite struct SweepTests {
    /// A small model in each format.
    static let files = [
        "sklearn-1.7.2/ridge.p4.pkl", "sklearn-1.7.2/logreg_iris.p4.pkl", "sklearn-1.7.2/linreg.joblib",
        "sklearn-1.3.2/sgd_clf_log.joblib",
    ]

    private static let isWhole = ProcessInfo.processInfo.environment["HEARTH_SWEEP"] == "all"
    private static let tryCountMax = 4000

    /// The budgets of a file of some kilobytes: what a turned bit asks for is refused early.
    private static let limits = PickleLimits(
        contentByteCountMax: 1 << 20, arenaByteCountMax: 1 << 20, operationCountMax: 100_000)

    /// What there is of each: the file, all protocols as they were written, and one layer of zlib and gzip.
    private static func forms(_ file: String) throws -> [[UInt8]] {
        let bytes = try Corpus.bytes(file)
        return [bytes, ZeroBomb.stored(bytes), GzipSamples.gzip(bytes)]
    }

    @Test(arguments: files) func `a model cut at any byte is refused`(file: String) throws {
        for bytes in try Self.forms(file) {
            for count in bytes.indices {
                let error = #expect(throws: ArtifactError.self, "cut at \(count)") {
                    try Attack.model(Array(bytes[..<count]), limits: Self.limits)
                }
                #expect(error?.byteOffset != nil && error?.hint.isEmpty == false, "cut at \(count)")
            }
        }
    }

    @Test(arguments: files) func `a model with any bit turned answers or is refused`(file: String) throws {
        for (form, bytes) in try Self.forms(file).enumerated() {
            try Self.turn(bytes, seed: UInt64(form)) { damaged throws(ArtifactError) in
                try Attack.model(damaged, limits: Self.limits)
            }
        }
    }

    @Test(arguments: [2, 3, 4, 5] as [UInt8])
    func `a pickle of any protocol with any bit turned answers or is refused`(version: UInt8) throws {
        let bytes = PickleWriter.pickle(version) { forest([TreeParts().regressor(), TreeParts().regressor()])(&$0) }
        try Self.turn(bytes, seed: UInt64(version)) { damaged throws(ArtifactError) in
            try Attack.model(damaged, limits: Self.limits)
        }
    }

    @Test(arguments: [XGBoostParts().json, XGBoostParts().ubjson, Array(LightGBMParts().text.utf8)])
    func `a booster with any bit turned answers or is refused`(bytes: [UInt8]) throws {
        try Self.turn(bytes, seed: 1) { damaged throws(ArtifactError) in try Attack.model(damaged) }
    }

    // MARK: model.hearth

    /// The sections of small models of each kind.
    private static func packed() throws -> [[ModelSection]] {
        let pickles = ["sklearn-1.7.2/ridge.p4.pkl", "sklearn-1.7.2/logreg_iris.p4.pkl"].map { file in
            { try SklearnConverter.model(PickleFile.read(bytes: Corpus.bytes(file), path: file)).definition }
        }
        let trees = {
            try SklearnConverter.model(
                PickleFile.read(
                    bytes: pickle(pipeline([forest([TreeParts().regressor(), TreeParts().regressor()])])), path: "t")
            ).definition
        }
        let boosters = [XGBoostParts().json, Array(LightGBMParts().text.utf8)].map { bytes in
            { try BoosterConverter.model(bytes, path: "b").definition }
        }
        return try (pickles + [trees] + boosters).map { definition in
            var sections = try PackedModel.pack(definition())
            let model = try ServableModel(sections)
            let rows = [Double](repeating: 0.5, count: model.signature.columnCount)
            sections.append(
                try GoldenVectors(
                    rowCount: 1, columnCount: rows.count, outputWidth: model.outputWidth, rows: rows,
                    outputs: model.outputs(of: rows)
                ).encoded())
            return sections
        }
    }

    @Test func `a model.hearth whose sections were cut anywhere, its digest made anew, is refused`() throws {
        for sections in try Self.packed() {
            for index in sections.indices {
                for count in sections[index].bytes.indices {
                    var damaged = sections
                    damaged[index].bytes.removeSubrange(count...)
                    #expect(throws: ModelError.self, "\(sections[index].id) cut at \(count)") {
                        try Self.load(damaged)
                    }
                }
            }
        }
    }

    @Test func `a model.hearth with any bit turned, its digest made anew, answers or is refused`() throws {
        for (seed, sections) in try Self.packed().enumerated() {
            for index in sections.indices {
                try Self.turn(sections[index].bytes, seed: UInt64(seed), refuses: false) { bytes throws(ModelError) in
                    var damaged = sections
                    damaged[index].bytes = bytes
                    return try Self.load(damaged)
                }
            }
        }
    }

    /// A container of these sections, written and read again, as a model whose golden vectors were decoded.
    private static func load(_ sections: [ModelSection]) throws(ModelError) -> ServableModel {
        let artifact: MappedArtifact
        do throws(ArtifactError) {
            let file = try HearthFile.encode(sections)
            artifact = try unsafe file.withUnsafeBufferPointer { buffer throws(ArtifactError) in
                try unsafe MappedArtifact(copying: UnsafeRawBufferPointer(buffer))
            }
        } catch {
            Issue.record("a container that is not read: \(error)")
            throw ModelError(.malformedSection, at: "", error.message, hint: "")
        }
        let model = try unsafe ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
        if let section = unsafe artifact.section(.golden) {
            let golden = try unsafe GoldenVectors(decoding: section)
            _ = try? model.mismatch(with: golden)
        }
        return model
    }

    // MARK: Turning bits

    /// Turns bits of `bytes` one at a time: what is made of them answers or is refused with a typed error.
    private static func turn<Failure: Error>(
        _ bytes: [UInt8], seed: UInt64, refuses: Bool = true,
        _ model: ([UInt8]) throws(Failure) -> ServableModel
    ) throws {
        var random = SplitMix64(seed: seed)
        let all = 0..<bytes.count * 8
        let bits =
            isWhole || all.count <= tryCountMax
            ? Array(all) : (0..<tryCountMax).map { _ in Int.random(in: all, using: &random) }
        var refused = 0
        for bit in bits {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            do throws(Failure) {
                let served = try model(damaged)
                // A row may be refused; what is answered is whole.
                let row = [Double](repeating: 0.5, count: served.signature.columnCount)
                if let outputs = try? served.outputs(of: row) { #expect(outputs.count == served.outputWidth) }
            } catch {
                refused += 1
            }
        }
        #expect(!refuses || refused > bits.count / 8, "\(refused) of \(bits.count) refused")
    }
}
