package import HearthArtifacts
import HearthKernels
package import HearthModel

extension ImportedFile {
    /// What `model.hearth` holds for this file: the packed model with golden vectors that exercise it. A `model.hearth`
    /// keeps its own.
    ///
    /// Throws `.unsupported` for a definition that cannot be packed, `.corrupt` for a `model.hearth` that is no model.
    package func sections() throws(ArtifactError) -> [ModelSection] {
        do throws(ModelError) {
            switch content {
            case .definition(let model): return try PackedModel.exercised(model.definition)
            case .artifact(let artifact):
                let model = unsafe try ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
                var sections = artifact.sections.filter { $0.id != ConversionKey.sectionID }
                if !sections.contains(where: { $0.id == .golden }) {
                    sections.append(try model.exercised(by: nil).encoded())
                }
                return sections
            }
        } catch {
            throw ArtifactError(
                error.code == .unsupported ? .unsupported : .corrupt, path: file.path,
                "\(error.place): \(error.message)", hint: error.hint, cause: error)
        }
    }
}
