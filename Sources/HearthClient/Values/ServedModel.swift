import HearthWire

/// What the server holds for one version.
public struct ServedModel: Sendable, Hashable {
    /// The registered model.
    public var modelName: String
    /// The model_id.
    public var modelVersion: String
    /// The generation of the production pointer it was loaded for.
    public var generation: UInt64
    /// `START`, `LOADING`, `AVAILABLE`, `FAILED` (with ``error``) or `UNLOADED`.
    public var state: String
    /// Whether calls without a version get this one.
    public var isProduction: Bool
    /// Whether it is never evicted.
    public var isPinned: Bool
    /// Bytes of memory that it takes.
    public var mappedBytes: UInt64
    /// Calls it has answered.
    public var calls: UInt64
    /// Why it could not be loaded; empty when it could.
    public var error: String
    /// How long loading took.
    public var loadMilliseconds: Double

    init(_ message: ServedModelMessage) {
        modelName = message.modelName
        modelVersion = message.modelVersion
        generation = message.generation
        state = message.state
        isProduction = message.isProduction
        isPinned = message.isPinned
        mappedBytes = message.mappedBytes
        calls = message.calls
        error = message.error
        loadMilliseconds = message.loadMilliseconds
    }
}
