/// What a caller knows about a LightGBM model that its text does not say.
package struct LightGBMOptions: Sendable, Equatable {
    /// Rounds that predictions use; ``BoosterRounds/best`` is all, because `save_model` leaves out what comes after the
    /// best round. A pickled wrapper keeps all: give its `best_iteration`, when that is above 0, as
    /// ``BoosterRounds/first(_:)``.
    package var rounds: BoosterRounds
    package var role: BoosterRole

    package init(rounds: BoosterRounds = .best, role: BoosterRole = .objective) {
        self.rounds = rounds
        self.role = role
    }
}
