package import HearthArtifacts
package import HearthConfiguration
package import HearthCore
package import HearthRegistry

/// What one job of the schedule does: train a candidate, hold it against the gates, promote it where the job says so.
package struct ScheduledTraining: Sendable {
    /// Holds a candidate against the version in production, which was measured on the same window; nil for none.
    package typealias Gates =
        @Sendable (
            _ candidate: ModelVersion, _ production: ModelVersion?, _ rules: [String]
        ) throws -> [ScheduleVerdict]

    private let configuration: SystemConfiguration
    private let directory: ModelDirectory
    private let registry: any RegistryStore
    private let actor: String
    private let clock: @Sendable () -> Timestamp
    private let gates: Gates

    /// - Parameters:
    ///   - actor: who the registry's events name.
    ///   - clock: the wall clock, unless a test holds it still.
    package init(
        configuration: SystemConfiguration, directory: ModelDirectory, registry: any RegistryStore, actor: String,
        clock: @escaping @Sendable () -> Timestamp = { .now() }, gates: @escaping Gates
    ) {
        self.configuration = configuration
        self.directory = directory
        self.registry = registry
        self.actor = actor
        self.clock = clock
        self.gates = gates
    }

    /// Trains and publishes; a version that is there stays a candidate whatever the gates say or however they fail.
    ///
    /// Throws ``TrainingError`` when there is no version: for bad data, or `.stopped`.
    package func run(
        _ job: ScheduleJob, control: TrainingControl = TrainingControl()
    ) throws(TrainingError) -> ScheduleResult {
        let request = try BarsTrainingRequest(job, in: configuration)
        let report = try BarsTrainingRun(request, directory: directory, registry: registry, actor: actor, clock: clock)
            .run(control: control)
        var result = ScheduleResult(modelID: report.modelID, verdicts: [], isPromoted: false)
        do {
            let pointer = try registry.productionPointer(of: report.name)
            result.verdicts = try verdicts(on: report, pointer, request, job)
            guard job.promotion == .gate else { return result }
            let failed = result.verdicts.filter(\.hasFailed)
            guard failed.isEmpty else {
                let list = failed.map { "\($0.gate): \($0.detail)" }.joined(separator: "; ")
                result.message = "not promoted: \(list)"
                return result
            }
            // What came into production meanwhile was not compared with.
            _ = try registry.promote(
                report.modelID, of: report.name, expectedGeneration: pointer?.generation ?? 0, actor: actor,
                reason: "job \(job.name ?? ""): no gate failed")
            result.isPromoted = true
        } catch {
            result.message = "not promoted: \(error)"
        }
        return result
    }

    private func verdicts(
        on report: BarsTrainingReport, _ pointer: ProductionPointer?, _ request: BarsTrainingRequest, _ job: ScheduleJob
    ) throws -> [ScheduleVerdict] {
        guard let candidate = try registry.version(report.modelID) else {
            throw TrainingError(.registryFailed, "the registry does not know '\(report.modelID)' any more")
        }
        guard let pointer, let production = try registry.version(pointer.modelID) else {
            return try gates(candidate, nil, job.gates)
        }
        let measured: ProductionMeasurement
        do throws(TrainingError) {
            measured = try ProductionMeasurement(of: production, on: report.model, request, directory: directory)
        } catch {
            // Without a measurement there is nothing to be better than: a person decides.
            let failed = ScheduleVerdict(
                gate: "comparison", outcome: "failed",
                detail: "the version in production cannot be measured on the new window: \(error.message)")
            return try gates(candidate, nil, job.gates) + [failed]
        }
        let verdicts = try gates(candidate, measured.version, job.gates)
        guard let note = measured.note else { return verdicts }
        return verdicts + [ScheduleVerdict(gate: "comparison", outcome: "not applicable", detail: note)]
    }
}
