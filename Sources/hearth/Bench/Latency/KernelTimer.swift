import HearthArtifacts
import HearthClient
import HearthCore
import HearthKernels
import HearthModel

/// Times a model in this process, on the artifact that the server has loaded.
enum KernelTimer {
    private static let rowsPerRound = 64
    private static let roundCount = 301

    /// The median time of a single row.
    static func nanosecondsPerRow(modelsDirectory: String, version: String, rows: BenchRows) throws -> UInt64 {
        let directory = try ModelDirectory(modelsDirectory, access: .readOnly)
        let artifact = try directory.open(ModelID(version)).artifact
        let model = unsafe try ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
        var outputs = [Double](repeating: 0, count: model.outputWidth)
        var scratch = [UInt8](repeating: 0, count: model.scratchByteCount)
        var rounds: [UInt64] = []
        for round in 0..<roundCount {
            let began = Deadline.now()
            for index in 0..<rowsPerRound {
                let problem = unsafe model.predict(
                    rows: rows[round * rowsPerRound + index], rowCount: 1, range: 0..<1, outputs: &outputs,
                    scratch: &scratch)
                if let problem { throw DataError("the model refuses a random row: \(problem)") }
            }
            rounds.append((Deadline.now() - began) / UInt64(rowsPerRound))
        }
        return rounds.sorted()[roundCount / 2]
    }
}
