import HearthArtifacts
import Testing

/// Real files, cut and bent: an error or another value, never a trap.
@Suite struct PickleDamageTests {
    static let files = [
        "sklearn-1.7.2/scaler_standard.p4.pkl", "sklearn-1.7.2/scaler_standard.joblib",
        "sklearn-1.7.2/plain_zscore.p2.pkl", "sklearn-1.7.2/plain_zscore.joblib.z", "sklearn-1.7.2/plain_arrays.p5.pkl",
        "sklearn-1.7.2/plain_arrays.joblib", "sklearn-1.7.2/pipe_scaler_logreg.joblib.lz4",
        "sklearn-1.7.2/pipe_scaler_logreg.joblib.xz", "sklearn-1.7.2/pipe_scaler_logreg.joblib.lzma",
        "sklearn-1.7.2/pipe_scaler_logreg.joblib.bz2", "sklearn-1.7.2/pipe_scaler_logreg.joblib.gz",
    ]

    @Test(arguments: files) func `a file that is cut anywhere is an error with its place`(file: String) throws {
        let bytes = try Corpus.bytes(file)
        let limits = PickleLimits()
        for count in 0..<bytes.count {
            let error = try #require(failure(Array(bytes[..<count]), limits: limits), "\(count)")
            #expect([.truncated, .corrupt, .notAnArtifact].contains(error.code), "\(count): \(error)")
            #expect(error.byteOffset != nil && error.byteOffset ?? 0 <= max(count, 1 << 20), "\(count): \(error)")
        }
    }

    @Test(arguments: files) func `a file with any bit turned is read or refused`(file: String) throws {
        var bytes = try Corpus.bytes(file)
        // Small budgets: what a turned bit may ask for is counted, not given.
        let limits = PickleLimits(contentByteCountMax: 1 << 20, arenaByteCountMax: 1 << 20, operationCountMax: 100_000)
        var refused = 0
        // bzip2, xz and lzma make megabytes of tables for each try: one bit a byte will do.
        let isSlow = ["bz2", "xz", "lzma"].contains { file.hasSuffix($0) }
        for index in bytes.indices {
            for bit in isSlow ? index % 8..<index % 8 + 1 : 0..<8 {
                bytes[index] ^= 1 << bit
                do {
                    let document = try read(bytes, limits: limits)
                    #expect(document.arenaByteCount <= 1 << 20)
                    // What can be read can be walked.
                    _ = try? GraphText.of(document)
                } catch {
                    #expect(!error.hint.isEmpty && !error.message.isEmpty)
                    refused += 1
                }
                bytes[index] ^= 1 << bit
            }
        }
        #expect(refused > bytes.count / 2)
    }
}
