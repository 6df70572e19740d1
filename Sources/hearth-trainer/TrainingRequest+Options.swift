import ArgumentParser
import HearthTraining

extension TrainingRequest {
    /// What the options of a command ask for.
    init(
        _ algorithm: Algorithm, _ identity: KeyOptions, _ source: DataOptions, seed: UInt64
    ) throws {
        let key = identity.key(defaultType: algorithm.modelType)
        self.init(
            name: try identity.registeredName(of: key), key: key, algorithm: algorithm, dataPath: source.data,
            selection: try source.selection(), window: source.window,
            split: DataSplit(order: source.split.order(seed: seed), heldOutFraction: source.testFraction),
            trainOn: source.trainOn, eventTolerance: source.eventTolerance)
    }
}
