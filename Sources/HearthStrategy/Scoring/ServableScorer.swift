package import HearthArtifacts
import HearthCore
import HearthKernels
import HearthMarket
import HearthModel
package import HearthRegistry

/// Scores with a version of the model directory, loaded into this process: for backtests, and to hold a server against.
///
/// The kernel is the server's own, so the scores are too, bit for bit.
package final class ServableScorer: Scorer {
    private let loaded: StrategyModel
    private let servable: ServableModel
    private let scoreOffset: Int

    /// Loads a version.
    ///
    /// - Parameters:
    ///   - choice: a pinned model_id, or a name whose production version is loaded and kept.
    ///   - store: where the version's card is, and the production pointer.
    /// - Throws: ``StrategyError`` when there is no such version, or it cannot be loaded or cannot trade.
    package init(
        _ choice: ProductionModel, directory: ModelDirectory, store: any RegistryStore
    ) throws(StrategyError) {
        let (version, generation) = try Self.version(choice, store)
        do {
            let opened = try directory.open(version.modelID)
            let artifact = opened.artifact
            servable = try unsafe ServableModel(section: { unsafe artifact.section($0) }, owner: artifact)
        } catch {
            throw StrategyError(.unusableModel, "version '\(version.modelID)' cannot be loaded: \(error)", cause: error)
        }
        do {
            loaded = try StrategyModel(
                modelID: version.modelID.text, generation: generation, parametersJSON: version.parametersJSON,
                isArchived: version.status == .archived, columns: servable.signature.columnNames,
                columnCount: servable.signature.columnCount)
        } catch {
            throw StrategyError(.unusableModel, error.message, cause: error)
        }
        let rule = loaded.card.decision
        guard let index = servable.outputs.firstIndex(where: { $0.name == rule.output }),
            rule.column < servable.outputs[index].width
        else {
            throw StrategyError(
                .unusableModel,
                "the decision rule of '\(version.modelID)' names column \(rule.column) of '\(rule.output)'; the model "
                    + "has the outputs \(servable.outputs.map { "\($0.name) (\($0.width))" }.joined(separator: ", "))",
                hint: "train the model again")
        }
        scoreOffset = servable.outputs[..<index].reduce(rule.column) { $0 + $1.width }
    }

    /// The version that was loaded.
    package var model: StrategyModel { loaded }

    package func model(within timeout: Duration) throws(ScoringFailure) -> StrategyModel { loaded }

    package func score(
        _ row: [Double], by model: StrategyModel, exactly: Bool, within timeout: Duration
    ) throws(ScoringFailure) -> ScoringOutcome {
        guard row.count == servable.signature.columnCount else {
            throw ScoringFailure(
                .schemaMismatch, "a row of \(row.count) values, the model takes \(servable.signature.columnCount)")
        }
        do throws(RowProblem) {
            let outputs = try servable.outputs(of: row)
            return .scored(ScoredRow(score: outputs[scoreOffset], generation: loaded.generation, source: "file"))
        } catch {
            throw ScoringFailure(.scoringFailed, "the model refuses the row: \(error)")
        }
    }

    private static func version(
        _ choice: ProductionModel, _ store: any RegistryStore
    ) throws(StrategyError) -> (ModelVersion, UInt64) {
        do {
            switch choice {
            case .pinned(let text):
                if let version = try store.version(try ModelID(text)) { return (version, 0) }
                throw StrategyError(
                    .unusableModel, "there is no version '\(text)'", hint: "see `hearth models list`")
            case .auto(let name):
                guard let pointer = try store.productionPointer(of: try ModelName(name)),
                    let version = try store.version(pointer.modelID)
                else {
                    throw StrategyError(
                        .unusableModel, "no version of '\(name)' is in production",
                        hint: "promote one with `hearth models promote`, or name a model_id")
                }
                return (version, UInt64(clamping: pointer.generation))
            }
        } catch let error as StrategyError {
            throw error
        } catch {
            throw StrategyError(.unusableModel, "'\(choice)' cannot be looked up: \(error)", cause: error)
        }
    }
}
