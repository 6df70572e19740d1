/// Which models decided how many bars of a run.
package struct ModelUse: Sendable, Equatable {
    /// Bars that one model decided one after the other.
    package struct Stretch: Sendable, Equatable {
        package var modelID: String
        package var generation: UInt64
        package var barCount: Int
    }

    /// The newest ones, in order; older ones only count in ``switchCount``.
    package private(set) var stretches: [Stretch] = []
    /// How often another model, or another generation, took over.
    package private(set) var switchCount = 0
    /// Different model_ids.
    package var modelIDs: Set<String> = []

    private static let stretchCountMax = 1000

    package init() {}

    /// Counts a bar that was decided by a model.
    package mutating func count(modelID: String, generation: UInt64) {
        if let last = stretches.indices.last, stretches[last].modelID == modelID,
            stretches[last].generation == generation
        {
            stretches[last].barCount += 1
            return
        }
        if !stretches.isEmpty { switchCount += 1 }
        if stretches.count == Self.stretchCountMax { stretches.removeFirst() }
        modelIDs.insert(modelID)
        stretches.append(Stretch(modelID: modelID, generation: generation, barCount: 1))
    }
}
