/// What a caller knows about an XGBoost model that its file does not say.
package struct XGBoostOptions: Sendable, Equatable {
    /// How a `dart` booster adds its trees; the two differ in the last bit.
    package enum DartSums: Sendable, Equatable {
        /// As `Booster.predict(DMatrix)`: each leaf times the weight of its tree.
        case matrix
        /// As `inplace_predict`, which the scikit-learn wrappers call: the base score is added to each leaf and
        /// subtracted again before the weight.
        case inPlace
    }

    /// The value that stands for a missing one beside NaN: `missing` of the `DMatrix` or the wrapper.
    package var missing: Float
    package var rounds: BoosterRounds
    package var role: BoosterRole
    package var dartSums: DartSums

    package init(
        missing: Float = .nan, rounds: BoosterRounds = .best, role: BoosterRole = .objective,
        dartSums: DartSums = .matrix
    ) {
        self.missing = missing
        self.rounds = rounds
        self.role = role
        self.dartSums = dartSums
    }
}
