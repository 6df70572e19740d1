import Glibc
import HearthImport

/// Ends this process as a crash would, at a step that `HEARTH_FAULT_POINT` names: for tests of what a crash leaves.
///
/// `HEARTH_FAULT_POINT=recorded` at the first such step, `recorded:3` at the third.
final class FaultInjection {
    private let point: MigrationFaultPoint?
    private var left: Int

    /// - Parameter text: the variable's value; nil or empty for none. A name that no step has is an error.
    init(_ text: String?) throws(UnknownFaultPoint) {
        guard let text, !text.isEmpty else {
            (point, left) = (nil, 0)
            return
        }
        let parts = text.split(separator: ":")
        guard let point = MigrationFaultPoint.all.first(where: { $0.name == parts[0] }),
            let count = parts.count > 1 ? Int(parts[1]) : 1
        else { throw UnknownFaultPoint(text: text) }
        self.point = point
        left = count
    }

    func reached(_ point: MigrationFaultPoint) {
        guard point == self.point else { return }
        left -= 1
        if left == 0 { kill(getpid(), SIGKILL) }
    }

    /// A value of the variable that names no step.
    struct UnknownFaultPoint: Error, CustomStringConvertible {
        var text: String

        var description: String {
            "HEARTH_FAULT_POINT is '\(text)', expected one of "
                + MigrationFaultPoint.all.map(\.name).joined(separator: ", ")
        }
    }
}
