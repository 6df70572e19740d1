/// Where a model version stands in its life (specification `ml-registry.md`, section 2).
package enum VersionStatus: String, Sendable, CaseIterable {
    /// Training is done and the artifacts are present.
    case success
    /// Training failed; there is no artifact.
    case failed
    /// Proposed for production.
    case candidate
    /// Answers calls. Exactly one version per registered model.
    case production
    /// Set aside by hand: on disk, not served unless asked for by id.
    case archived
}
