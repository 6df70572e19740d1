import Foundation
import HearthArtifacts
import HearthImport
import HearthTestSupport
import Testing

/// The whole corpus of the repository, and corpora that are wrong.
@Suite struct VerifyCorpusTests {
    @Test func `every file of the corpus that is read answers as its library did`() throws {
        let report = CorpusReport(try CorpusFolder.cases(in: ImportSamples.corpus).map(CaseVerifier().verify))
        let total = report.total
        #expect(total.mismatchCount == 0, "\(report.cases.filter { !$0.isAccepted }.map(\.name))")
        #expect(total.caseCount >= 80)
        #expect(total.arrayCount > 60)
        #expect(report.cases.flatMap(\.arrays).allSatisfy { $0.isExact || $0.rounding == .blas })
        // What is refused is legal and not computed, never an accident.
        let codes = Set(report.cases.flatMap(\.refusals).compactMap { $0.refusal?.code })
        #expect(codes.isSubset(of: [.unsupported]), "\(codes)")
    }

    /// A corpus of one case, with its JSON changed.
    private func corpus(_ change: (inout [String: Any]) throws -> Void) throws -> (TemporaryFolder, CorpusReport) {
        let folder = try TemporaryFolder()
        let place = "\(folder.path)/sklearn-1.7.2"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let source = "\(ImportSamples.corpus)/sklearn-1.7.2"
        for name in ["iforest_auto.p4.pkl", "iforest_auto.joblib.gz"] {
            try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(place)/\(name)")
        }
        let json = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(filePath: "\(source)/iforest_auto.json")))
        var content = try #require(json as? [String: Any])
        content["files"] = [["file": "iforest_auto.p4.pkl"], ["file": "iforest_auto.joblib.gz"]]
        try change(&content)
        try JSONSerialization.data(withJSONObject: content).write(to: URL(filePath: "\(place)/iforest_auto.json"))
        return (folder, CorpusReport(try CorpusFolder.cases(in: folder.path).map(CaseVerifier().verify)))
    }

    @Test func `a case of two files is read twice and compared once`() throws {
        let (_, report) = try corpus { _ in }
        #expect(report.isAccepted)
        #expect(report.total.fileCount == 2)
        #expect(report.total.arrayCount == 3)
        #expect(report.total.exactCount == 3)
    }

    @Test func `one bit more in one value is found, with its place`() throws {
        let (_, report) = try corpus { content in
            var outputs = try #require(content["outputs"] as? [String: [String: Any]])
            var array = try #require(outputs["score_samples"])
            var bytes = try #require(Data(base64Encoded: array["b64"] as? String ?? ""))
            bytes[8] ^= 1
            array["b64"] = bytes.base64EncodedString()
            outputs["score_samples"] = array
            content["outputs"] = outputs
        }
        #expect(!report.isAccepted)
        let array = try #require(report.cases[0].arrays.first { $0.output == "score_samples" })
        #expect(array.mismatchCount == 1)
        #expect(array.mismatches.first?.row == 1)
        #expect(array.ulpMax == 1)
        #expect(report.lines.map(\.mismatchCount) == [1])
    }

    @Test func `values as far apart as numbers can be are wrong, not too far to be compared`() {
        let comparison = ArrayComparison(
            output: "transform", rounding: .blas, found: [.number(.greatestFiniteMagnitude), .number(1)],
            expected: ExpectedArray(shape: [2, 1], cells: [.number(-.infinity), .number(1)])
        ) { _, _, _ in 1 }
        #expect(comparison.mismatchCount == 1 && comparison.equalCount == 1)
        #expect(comparison.ulpMax > UInt64(Int64.max))
    }

    @Test func `an output that the model does not have, and another number of rows, are wrong`() throws {
        let (_, report) = try corpus { content in
            var outputs = try #require(content["outputs"] as? [String: [String: Any]])
            outputs["predict_proba"] = outputs["score_samples"]
            var short = try #require(outputs["decision_function"])
            short["shape"] = [1]
            short["b64"] = Data(count: 8).base64EncodedString()
            outputs["decision_function"] = short
            content["outputs"] = outputs
            content["rounding"] = ["predict_proba": "exact", "decision_function": "exact"]
        }
        #expect(
            report.cases[0].arrays.filter { !$0.isAccepted }.map(\.output).sorted() == [
                "decision_function", "predict_proba",
            ])
    }

    @Test func `a file that is missing or refused makes the case fail with the reason`() throws {
        let (_, report) = try corpus { $0["files"] = [["file": "iforest_auto.p4.pkl"], ["file": "gone.pkl"]] }
        #expect(!report.isAccepted)
        #expect(report.cases[0].refusals.map(\.file) == ["gone.pkl"])
        #expect(report.cases[0].refusals.first?.refusal?.code == .notFound)
    }

    @Test func `a folder without cases is an error, not a corpus without mistakes`() throws {
        let folder = try TemporaryFolder()
        #expect(throws: VerifyError.self) { try CorpusFolder.cases(in: folder.path) }
        #expect(throws: VerifyError.self) { try CorpusFolder.cases(in: "\(folder.path)/none") }
    }
}
