package import HearthConfiguration
package import HearthCore
import HearthRegistry

extension ScheduleJob {
    /// The registered model that the job trains: `{learner}.{symbol}.{timeframe}`.
    ///
    /// Throws ``TrainingError`` for a symbol that gives no name.
    package func modelName() throws(TrainingError) -> ModelName {
        let key = ModelKey(modelType: learner.rawValue, metricType: nil, symbol: symbol, timeframe: timeframe)
        do throws(NameError) {
            return try key.defaultName()
        } catch {
            throw TrainingError(.badParameter, error.description, hint: "choose a plainer symbol", cause: error)
        }
    }
}
