import HearthArtifacts
package import HearthCore
import HearthRegistry

extension Cleaner {
    /// Holds one registered model to `count` versions after `newest` was registered: `max_models_per_symbol_tf` (R163).
    ///
    /// The oldest go, with their folders; what is protected stays and counts (C15), and so does `newest`.
    ///
    /// Throws as ``survey(now:)`` does.
    package func limit(
        _ name: ModelName, to count: Int, newest: ModelID, actor: String, now: Timestamp = .now()
    ) throws -> Report {
        var survey = try survey(now: now)
        survey.retention.versions.removeAll { $0.name != name }
        let ids = Set(survey.retention.versions.map(\.modelID))
        survey.retention.folders = survey.retention.folders.filter { ids.contains($0.key) }
        survey.retention.missing.formIntersection(ids)
        // Whoever has registered it holds it.
        survey.retention.leased.insert(newest)
        survey.leftovers = JanitorSurvey()
        var policy = RetentionPolicy(maxModels: count)
        policy.dropsMissing = false
        let plan = RetentionPlan(survey.retention, policy)
        guard !plan.items.isEmpty else { return Report() }
        return run(plan, survey, actor: actor, now: now)
    }
}
