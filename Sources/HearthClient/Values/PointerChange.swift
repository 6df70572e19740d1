import HearthWire

/// A production pointer after it was moved.
public struct PointerChange: Sendable, Hashable {
    /// The registered model.
    public var modelName: String
    /// The model_id that is in production now.
    public var modelVersion: String
    /// The one that was before: what a rollback goes back to.
    public var previousModelVersion: String
    /// The pointer's new generation.
    public var generation: UInt64
    /// The registry head after the change.
    public var headVersion: Int64
    /// When the change was committed: microseconds since 1970-01-01T00:00:00Z.
    public var changedAtMicroseconds: Int64

    init(_ message: PointerResponse) {
        modelName = message.modelName
        modelVersion = message.modelVersion
        previousModelVersion = message.previousModelVersion
        generation = message.generation
        headVersion = message.headVersion
        changedAtMicroseconds = message.changedAtMicroseconds
    }
}

/// A change of what the server holds, as ``HearthClient/watch(model:)`` reports it.
public struct ModelEvent: Sendable, Hashable {
    /// The registered model.
    public var modelName: String
    /// The model_id.
    public var modelVersion: String
    /// The one that it took the place of; empty when there was none.
    public var previousModelVersion: String
    /// The generation of the production pointer.
    public var generation: UInt64
    /// `available`, `swapped`, `failed`, `unloaded`, `promoted` (in production, loaded when it is asked for) or
    /// `withdrawn`.
    public var kind: String
    /// Why it failed; empty when it did not.
    public var error: String
    /// When: microseconds since 1970-01-01T00:00:00Z.
    public var atMicroseconds: Int64

    init(_ message: WatchEvent) {
        modelName = message.modelName
        modelVersion = message.modelVersion
        previousModelVersion = message.previousModelVersion
        generation = message.generation
        kind = message.kind
        error = message.error
        atMicroseconds = message.atMicroseconds
    }
}
