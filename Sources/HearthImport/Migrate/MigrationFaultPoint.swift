package import HearthArtifacts

/// The steps of moving models out of rows, each named by what has just been done: where tests kill the process.
///
/// Up to the row's own transaction nothing of a row has changed; what was written to the disk by then is found and
/// taken by the next run.
package enum MigrationFaultPoint: Sendable, Hashable {
    case rowRead
    case converted
    /// A step of publishing the version.
    case publishing(FaultPoint)
    /// The file of a model that cannot be served is in its place.
    case fileKept
    /// The row names the file, or is a version.
    case recorded
    /// The file of a row has been read and found to be the row's.
    case purgeChecked
    case purged

    /// All of them, in the order in which they are met.
    package static let all: [MigrationFaultPoint] =
        [.rowRead, .converted] + FaultPoint.allCases.map { .publishing($0) }
        + [.fileKept, .recorded, .purgeChecked, .purged]

    /// What `HEARTH_FAULT_POINT` says.
    package var name: String {
        switch self {
        case .publishing(let point): "publish-\(point.rawValue)"
        case .rowRead, .converted, .fileKept, .recorded, .purgeChecked, .purged: "\(self)"
        }
    }
}
