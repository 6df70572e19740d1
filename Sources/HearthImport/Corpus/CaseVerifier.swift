package import HearthArtifacts
import HearthKernels
import HearthModel
import HearthServing

/// What became of one file of a case.
package struct FileOutcome: Sendable {
    /// The file's name.
    package var file: String
    /// Why the file was refused; nil when it was read.
    package var refusal: ArtifactError?
    /// What was compared: empty for a file that converts to the very model of a file before it.
    package var arrays: [ArrayComparison] = []
    /// Whether it converts to the same model as a file before it.
    package var isRepeated = false
    /// What else is wrong: rows that the model does not take, plain values that are not equal.
    package var problems: [String] = []
}

/// What became of one case.
package struct CaseOutcome: Sendable {
    package var folder: String
    package var name: String
    package var estimator: String
    /// One per file of the case.
    package var files: [FileOutcome]

    package var refusals: [FileOutcome] { files.filter { $0.refusal != nil } }
    /// The arrays of all files, those of models that are the same once.
    package var arrays: [ArrayComparison] { files.flatMap(\.arrays) }
    /// Every file was read, and every value is as it must be.
    package var isAccepted: Bool {
        !files.isEmpty
            && files.allSatisfy { $0.refusal == nil && $0.problems.isEmpty && $0.arrays.allSatisfy(\.isAccepted) }
    }
}

/// Reads every file of a case and holds what the model answers against what the library answered.
package struct CaseVerifier: Sendable {
    private let limits: ImportLimits

    package init(limits: ImportLimits = ImportLimits()) {
        self.limits = limits
    }

    /// Never throws: what is wrong with a case is in the outcome.
    package func verify(_ example: CorpusCase) -> CaseOutcome {
        var known: [[ModelSection]] = []
        var files: [FileOutcome] = []
        for path in example.files {
            var outcome = FileOutcome(file: FolderListing.last(path))
            do throws(ArtifactError) {
                if let value = example.value {
                    let document = try PickleFile.read(path: path, limits: limits.pickle)
                    outcome.problems = PlainValue.differences(document.root, value)
                } else {
                    let imported = try ModelImport.read(path: path, limits: limits)
                    let sections = try imported.sections()
                    outcome.isRepeated = known.contains(sections)
                    if !outcome.isRepeated {
                        known.append(sections)
                        try compare(imported, sections, example, &outcome)
                    }
                }
            } catch {
                outcome.refusal = error
            }
            files.append(outcome)
        }
        if files.isEmpty {
            var outcome = FileOutcome(file: "-")
            outcome.problems = ["the case lists no file"]
            files = [outcome]
        }
        return CaseOutcome(folder: example.folder, name: example.name, estimator: example.estimator, files: files)
    }

    private func compare(
        _ imported: ImportedFile, _ sections: [ModelSection], _ example: CorpusCase, _ outcome: inout FileOutcome
    ) throws(ArtifactError) {
        let model: ServableModel
        do throws(ModelError) { model = try ServableModel(sections) } catch {
            throw ArtifactError(.corrupt, path: imported.file.path, "\(error)", hint: "report this file", cause: error)
        }
        guard let rows = example.rows else {
            outcome.problems.append("the case has neither 'X' nor 'value'")
            return
        }
        do throws(VerifyError) {
            let verifier = try ModelVerifier(model, definition: imported.model?.definition, rows: rows)
            for output in example.outputs {
                outcome.arrays.append(
                    verifier.compare(output, exception: KnownException.applying(to: example, output: output.name)))
            }
        } catch {
            outcome.problems.append(error.description)
        }
    }
}
