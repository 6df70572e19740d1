/// The steps of publishing, each named by what has just been done: where tests kill the process, and what they find
/// then.
///
/// Up to ``verified`` nothing is visible; from ``renamed`` on the version is complete; from ``committed`` on the
/// registry knows it.
package enum FaultPoint: String, Sendable, CaseIterable {
    case stagingCreated
    /// `model.hearth` is there, empty.
    case artifactCreated
    case artifactWritten
    case artifactSynchronized
    /// `meta.json` and the other files are written and on the disk.
    case otherFilesSynchronized
    /// `manifest.json` is there, empty.
    case manifestCreated
    case manifestWritten
    case manifestSynchronized
    case stagingSynchronized
    /// Read back through the server's loader, and found good by the caller.
    case verified
    case renamed
    case directorySynchronized
    case committed
    /// The change file has been written.
    case announced

    /// Whether a process killed here leaves a complete version behind.
    package var leavesVersion: Bool {
        switch self {
        case .stagingCreated, .artifactCreated, .artifactWritten, .artifactSynchronized, .otherFilesSynchronized,
            .manifestCreated, .manifestWritten, .manifestSynchronized, .stagingSynchronized, .verified:
            false
        case .renamed, .directorySynchronized, .committed, .announced:
            true
        }
    }
}
