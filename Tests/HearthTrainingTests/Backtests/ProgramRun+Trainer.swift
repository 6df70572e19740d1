import HearthArtifacts
import HearthTestSupport

extension ProgramRun {
    /// hearth-trainer, run to its end.
    init(trainer arguments: [String]) throws {
        try self.init("hearth-trainer", arguments)
    }

    /// The object that `--json` printed; empty when there is none.
    var members: [String: JSONValue] {
        if case .object(let members)? = JSONValue(text: output) { return members }
        return [:]
    }
}
