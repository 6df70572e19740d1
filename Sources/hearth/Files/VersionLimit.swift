import HearthCore
import HearthLifecycle
import HearthRegistry

/// What `--max-models` took away of one model, after a version of it was registered (R163).
struct VersionLimit {
    /// The model_ids of the versions that are gone.
    let removed: [String]
    let text: String
    let hasFailed: Bool

    init(_ cleaner: Cleaner, _ name: ModelName, _ count: Int, newest: ModelID, actor: String) {
        do {
            let report = try cleaner.limit(name, to: count, newest: newest, actor: actor)
            removed = report.done.map(\.modelID.text)
            let failures = report.failures.map { "\($0.item.modelID) was not removed: \($0.reason)" }
            let done = "\(name): \(removed.count) older versions removed, \(ByteCount(report.freedByteCount)) freed"
            text = ([done] + failures).joined(separator: "\n")
            hasFailed = !failures.isEmpty
        } catch {
            removed = []
            text = "\(name): older versions were not removed: \(error)"
            hasFailed = true
        }
    }
}
