package import HearthArtifacts
package import HearthCore
package import HearthKernels
import HearthModel
package import HearthRegistry

/// Reads a version's `model.hearth` into a servable: open, place, check, run the golden vectors.
///
/// The golden vectors are rows whose outputs were stored when the version was published: a servable that does not give
/// them back bit for bit is not served. Scoring them also warms the model's memory.
package struct ArtifactLoader: Sendable {
    private let directory: ModelDirectory

    package init(directory: ModelDirectory) {
        self.directory = directory
    }

    /// Loads one version; call it on a loader thread.
    package func load(_ version: ModelVersion) throws(CallFailure) -> Servable {
        let began = MonotonicTime.now()
        let opened: OpenedVersion
        do { opened = try directory.open(version.modelID) } catch { throw Self.failure(error) }
        let model = try Self.check(opened.artifact, subject: version.modelID.text)
        return Servable(
            name: version.name, modelID: version.modelID, model: model, mappedByteCount: opened.artifact.byteCount,
            loadMilliseconds: Double(MonotonicTime.now() - began) / 1e6, source: .file)
    }

    /// Builds a model over a mapped artifact and holds it against its golden vectors. Throws DATA_LOSS when it differs.
    package static func check(
        _ artifact: MappedArtifact, subject: String
    ) throws(CallFailure) -> ServableModel {
        let model: ServableModel
        do throws(ModelError) {
            model = unsafe try ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
            unsafe try GoldenCheck.verify(model, artifact.section(.golden))
        } catch {
            throw CallFailure(.dataLoss, "version '\(subject)' is damaged or of another make: \(error)")
        }
        return model
    }

    private static func failure(_ error: ArtifactError) -> CallFailure {
        let code: StatusCode =
            switch error.code {
            case .notFound, .incomplete: .notFound
            case .permissionDenied: .failedPrecondition
            case .tooLarge, .quotaExceeded, .diskFull: .resourceExhausted
            case .system: .unavailable
            default: .dataLoss
            }
        return CallFailure(code, error.description)
    }
}
