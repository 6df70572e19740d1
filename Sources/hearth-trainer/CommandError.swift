import ArgumentParser
import HearthMarket
import HearthTraining

/// Runs `body`; a parameter that contradicts the rules leaves as a usage error (exit code 64), everything else as it
/// is (1).
func reportingUsage(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as TrainingError where error.code == .badParameter {
        throw ValidationError(error.description)
    } catch let error as MarketError where error.code == .badParameter {
        throw ValidationError(error.description)
    }
}
