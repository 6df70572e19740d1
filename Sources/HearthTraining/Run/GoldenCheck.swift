package import HearthArtifacts
import HearthKernels
import HearthModel

/// Scores the golden vectors of an artifact as it was read back: what `publish` asks before a version becomes visible.
package enum GoldenCheck {
    /// Throws ``TrainingError`` unless every output has the stored bits, or ``ModelError`` for sections that are no
    /// model.
    package static func check(_ artifact: MappedArtifact) throws {
        let model = try unsafe ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
        guard let bytes = unsafe artifact.section(.golden) else {
            throw TrainingError(.verificationFailed, "the artifact has no golden vectors")
        }
        let golden = try unsafe GoldenVectors(decoding: bytes)
        guard golden.rowCount > 0, golden.columnCount == model.signature.columnCount,
            golden.outputWidth == model.outputWidth
        else {
            throw TrainingError(
                .verificationFailed,
                "golden vectors of \(golden.rowCount) rows, \(golden.columnCount) columns and "
                    + "\(golden.outputWidth) outputs found, "
                    + "\(model.signature.columnCount) columns and \(model.outputWidth) outputs expected")
        }
        let outputs = try ModelScorer.outputs(
            of: RowMatrix(values: golden.rows, columnCount: golden.columnCount), model)
        for (index, (found, expected)) in zip(outputs, golden.outputs).enumerated()
        where found.bitPattern != expected.bitPattern {
            throw TrainingError(
                .verificationFailed,
                "output \(index / golden.rowCount) of golden row \(index % golden.rowCount) is \(found), "
                    + "expected \(expected) bit for bit")
        }
    }
}
