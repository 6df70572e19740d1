import Synchronization

/// Handles that nobody uses at the moment, with their open connections.
final class CurlPool: Sendable {
    /// More than these are closed instead of kept.
    private static let idleCountMax = 4

    private let idle = Mutex<[CurlHandle]>([])

    /// Runs `body` with a handle that is its own meanwhile; nil when libcurl gives none.
    func withHandle<Value>(_ body: (CurlHandle) -> Value) -> Value? {
        guard let handle = idle.withLock({ $0.popLast() }) ?? CurlHandle() else { return nil }
        defer {
            idle.withLock { handles in
                if handles.count < Self.idleCountMax { handles.append(handle) }
            }
        }
        return body(handle)
    }
}
