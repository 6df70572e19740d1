import HearthWire

/// How the server is doing.
public struct ServerStats: Sendable, Hashable {
    /// One number that only grows.
    public struct Counter: Sendable, Hashable {
        /// E.g. `predict_calls`.
        public var name: String
        /// How often since the start.
        public var value: UInt64
    }

    /// hearthd's version.
    public var version: String
    /// Seconds since it started.
    public var uptimeSeconds: Double
    /// How it waits: `block`, `spin:<us>` or `adaptive`.
    public var waitPolicy: String
    /// Event loops, one thread each.
    public var workers: Int
    /// Bytes that the loaded models take.
    public var cacheBytes: UInt64
    /// The most bytes that they may take.
    public var cacheByteBudget: UInt64
    /// The registry head that it has caught up with.
    public var headVersion: Int64
    /// Everything it counts.
    public var counters: [Counter]
    /// What it holds.
    public var models: [ServedModel]

    init(_ message: StatsResponse) {
        version = message.version
        uptimeSeconds = message.uptimeSeconds
        waitPolicy = message.waitPolicy
        workers = Int(message.workers)
        cacheBytes = message.cacheBytes
        cacheByteBudget = message.cacheByteBudget
        headVersion = message.headVersion
        counters = message.counters.map { Counter(name: $0.name, value: $0.value) }
        models = message.models.map(ServedModel.init)
    }
}
