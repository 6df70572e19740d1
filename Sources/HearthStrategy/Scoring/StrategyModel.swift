package import HearthCore
import HearthArtifacts
package import HearthMarket

/// A model as a decision takes it: its id, generation, features and decision rule as one object that never changes.
///
/// An engine takes it at a bar's close and keeps it for the whole decision; a new model is a new object.
package final class StrategyModel: Sendable {
    package let modelID: String
    /// Of the production pointer; 0 for a model that is asked for by its id.
    package let generation: UInt64
    package let card: ModelCard
    package let schemaHash: String
    /// Set aside by hand; it decides only because it is pinned (C19).
    package let isArchived: Bool

    private init(modelID: String, generation: UInt64, card: ModelCard, schemaHash: String, isArchived: Bool) {
        self.modelID = modelID
        self.generation = generation
        self.card = card
        self.schemaHash = schemaHash
        self.isArchived = isArchived
    }

    /// Reads the card among a version's parameters and holds it against the model that is served.
    ///
    /// - Parameters:
    ///   - parametersJSON: as the registry keeps them.
    ///   - columns: the names of the served model's inputs; empty when it has none.
    ///   - columnCount: values per row of the served model; 0 when it is not known.
    /// - Throws: ``ScoringFailure``: `model_unusable` without a card, `schema_mismatch` when the card's features are
    ///   not the model's inputs.
    package convenience init(
        modelID: String, generation: UInt64, parametersJSON: String, isArchived: Bool, columns: [String],
        columnCount: Int
    ) throws(ScoringFailure) {
        guard case .object(let parameters)? = JSONValue(text: parametersJSON) else {
            throw ScoringFailure(.modelUnusable, "the parameters of '\(modelID)' are no JSON object")
        }
        let card: ModelCard
        let schemaHash: String
        do throws(MarketError) {
            card = try ModelCard(parameters: parameters)
            schemaHash = try card.schema.hash()
        } catch {
            throw ScoringFailure(.modelUnusable, "'\(modelID)' cannot trade: \(error)")
        }
        let names = card.schema.columnNames
        guard columns.isEmpty || columns == names else {
            throw ScoringFailure(
                .schemaMismatch,
                "'\(modelID)' takes the columns \(Self.list(columns)), its card has the features \(Self.list(names))")
        }
        guard columnCount == 0 || columnCount == names.count else {
            throw ScoringFailure(
                .schemaMismatch,
                "'\(modelID)' takes \(columnCount) values per row, its card has \(names.count) features")
        }
        self.init(
            modelID: modelID, generation: generation, card: card, schemaHash: schemaHash, isArchived: isArchived)
    }

    /// The same model under another generation of the production pointer.
    package func with(generation: UInt64) -> StrategyModel {
        StrategyModel(
            modelID: modelID, generation: generation, card: card, schemaHash: schemaHash, isArchived: isArchived)
    }

    /// From the last bar it was trained on to `time`; negative for a bar before that.
    package func age(at time: Timestamp) -> Duration {
        let (age, overflow) = time.microseconds.subtractingReportingOverflow(card.lastTrained.microseconds)
        return .microseconds(overflow ? .max : age)
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(6).joined(separator: ", ")
        return names.count > 6 ? "\(shown) and \(names.count - 6) more" : shown
    }
}
