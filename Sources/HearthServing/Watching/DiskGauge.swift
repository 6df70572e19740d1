package import HearthArtifacts
package import Logging
import Synchronization

/// Warns when the volume of the model directory is nearly full (R72, R107): once, until it was below the line again.
package final class DiskGauge: Sendable {
    private let directory: ModelDirectory
    private let logger: Logger
    private let isAbove = Atomic<Bool>(false)

    package init(directory: ModelDirectory, logger: Logger) {
        self.directory = directory
        self.logger = logger
    }

    /// Looks at the volume now. One that cannot be looked at is not judged: reading models from it tells more.
    package func look() {
        guard let space = try? directory.diskSpace() else { return }
        let isNearlyFull = space.percent >= DiskSpace.warningPercent
        guard isAbove.exchange(isNearlyFull, ordering: .relaxed) != isNearlyFull else { return }
        logger.log(
            level: isNearlyFull ? .warning : .notice, isNearlyFull ? "disk nearly full" : "disk has room again",
            metadata: [
                "percent": "\(space.percent)", "threshold": "\(DiskSpace.warningPercent)", "free": "\(space.free)",
                "path": "\(directory.path)",
            ])
    }
}
