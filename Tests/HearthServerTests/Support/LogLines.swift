import Dispatch
import HearthCore
import Logging
import Synchronization

/// Remembers log lines as `message key=value ...`, keys in order.
final class LogLines: Sendable {
    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }
            let text = "\(event.message)" + fields.map { " \($0.key)=\($0.value)" }.joined()
            lines.state.withLock { $0.append((text, event.level)) }
            lines.news.signal()
        }
    }

    private let state = Mutex<[(text: String, level: Logger.Level)]>([])
    private let news = DispatchSemaphore(value: 0)

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    var all: [String] { state.withLock { $0.map(\.text) } }
    var levels: [Logger.Level] { state.withLock { $0.map(\.level) } }

    /// Waits until there are `count` lines.
    func wait(for count: Int) -> [String] {
        while all.count < count { news.wait() }
        return all
    }
}
