package import HearthCore

/// A change of what the server holds, as `Watch` tells it.
package struct ModelEvent: Sendable, Equatable {
    /// What happened.
    package enum Kind: String, Sendable {
        /// The version answers for its name; there was none before.
        case available
        /// The version answers for its name in the place of another.
        case swapped
        /// A version that should answer could not be loaded; what answered before still does.
        case failed
        /// The version is in production and is loaded when it is asked for.
        case promoted
        /// The name, whose version this was, has none in production any more.
        case withdrawn
        /// The version left the memory, or may not come into it: an admin unloaded its model.
        case unloaded
    }

    package var kind: Kind
    package var name: ModelName
    package var modelID: ModelID
    package var previousModelID: ModelID?
    package var generation: UInt64
    package var error: String
    package var at: Timestamp

    package init(
        kind: Kind, name: ModelName, modelID: ModelID, previousModelID: ModelID? = nil, generation: UInt64 = 0,
        error: String = "", at: Timestamp = .now()
    ) {
        self.kind = kind
        self.name = name
        self.modelID = modelID
        self.previousModelID = previousModelID
        self.generation = generation
        self.error = error
        self.at = at
    }
}
