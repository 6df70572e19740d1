import Glibc

/// Ends this process as a crash would, at a step that `HEARTH_FAULT_POINT` names: for tests of what a crash leaves.
///
/// `HEARTH_FAULT_POINT=recorded` at the first such step, `recorded:3` at the third.
final class FaultInjection {
    private let point: String?
    private var left: Int

    /// - Parameters:
    ///   - text: the variable's value; nil or empty for none.
    ///   - names: the steps that there are. A name that none of them has is an error.
    init(_ text: String?, names: [String]) throws(UnknownFaultPoint) {
        guard let text, !text.isEmpty else {
            (point, left) = (nil, 0)
            return
        }
        let parts = text.split(separator: ":")
        guard let point = names.first(where: { $0 == parts[0] }), let count = parts.count > 1 ? Int(parts[1]) : 1
        else { throw UnknownFaultPoint(text: text, names: names) }
        self.point = point
        left = count
    }

    func reached(_ name: String) {
        guard name == point else { return }
        left -= 1
        if left == 0 { kill(getpid(), SIGKILL) }
    }

    /// A value of the variable that names no step.
    struct UnknownFaultPoint: Error, CustomStringConvertible {
        var text: String
        var names: [String]

        var description: String {
            "HEARTH_FAULT_POINT is '\(text)', expected one of \(names.joined(separator: ", "))"
        }
    }
}
