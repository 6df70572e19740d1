import ArgumentParser
import Foundation
import HearthArtifacts
import HearthCore
import HearthMarket
import HearthRegistry
import HearthRegistryOpening
import HearthStrategy

/// Where models are, over which bars they run, and under which limits: what `backtest` and `compare` have in common.
struct StrategyOptions: ParsableArguments {
    @OptionGroup var window: BarWindowOptions

    @Flag(help: "Measure only bars after the last one that the model has learned from, and after its label's horizon.")
    var unseen = false

    @OptionGroup var costs: CostOptions

    @Option(
        help: """
            The kill switches: none, to measure a model by itself, or live, those that `hearth live` has unless told \
            otherwise (the model's age, features out of the trained range, errors in a row, drawdown).
            """)
    var limits = LimitChoice.none

    @OptionGroup var location: LocationOptions

    @Option(
        help: """
            The registry: a SQLite file, or postgresql://user@host/database. Unless given: HEARTH_REGISTRY, else \
            registry.sqlite in the model directory.
            """)
    var registry: String?

    enum LimitChoice: String, ExpressibleByArgument, CaseIterable {
        case none, live

        var limits: LiveLimits {
            switch self {
            case .none: .none
            case .live: LiveLimits()
            }
        }
    }

    /// The registry and the models.
    func open() throws -> (store: any RegistryStore, directory: ModelDirectory) {
        let directory = try ModelDirectory(location.path, access: .readOnly)
        let store = try RegistryLocation(
            option: registry, environment: ProcessInfo.processInfo.environment[RegistryLocation.environmentVariable],
            modelDirectory: directory.path
        ).open()
        return (store, directory)
    }

    /// Loads the version that `text` names: a model_id, or a name whose production version it is.
    func scorer(
        _ text: String, _ store: any RegistryStore, _ directory: ModelDirectory
    ) throws -> ServableScorer {
        if let id = try? ModelID(text), try store.version(id) != nil {
            return try ServableScorer(.pinned(modelID: text), directory: directory, store: store)
        }
        guard let name = try? ModelName(text), try store.productionPointer(of: name) != nil else {
            throw StrategyError(
                .unusableModel, "'\(text)' is no version, and no model of that name has one in production",
                hint: "`hearth models list` shows what there is")
        }
        return try ServableScorer(.auto(name: text), directory: directory, store: store)
    }

    /// The bars for models that were trained on one market: those of the file, the unseen part of them if asked.
    func bars(for models: [StrategyModel]) throws -> BarWindow {
        let cards = models.map(\.card)
        guard let card = cards.first else { throw ValidationError("no model was given") }
        var bars = try window.read()
        guard let found = bars.timeframe, found == card.timeframe else {
            throw MarketError(
                .badData, path: window.data,
                "its bars last \(bars.timeframe?.description ?? "no time that is known"), '\(models[0].modelID)' was "
                    + "trained on \(card.timeframe)", hint: "give bars of \(card.timeframe), or say so with --timeframe"
            )
        }
        guard unseen else { return bars }
        let first = try cards.map { try Self.firstUnseen(of: bars.bars, $0) }.reduce(bars.measured.lowerBound, max)
        guard bars.measured.upperBound - first >= 2 else {
            throw MarketError(
                .badData, path: window.data,
                "\(max(0, bars.measured.upperBound - first)) of its bars come after what the model has learned from, "
                    + "expected at least 2", hint: "give later bars, or measure without --unseen")
        }
        bars.measured = first..<bars.measured.upperBound
        return bars
    }

    /// The first bar that took no part in the training: neither as a row nor in the label of one.
    private static func firstUnseen(of bars: [Bar], _ card: ModelCard) throws -> Int {
        let next = bars.firstIndex { $0.closeTime > card.lastTrained } ?? bars.count
        return min(bars.count, next + (card.label == .null ? 0 : try LabelConfiguration(json: card.label).horizon))
    }
}
