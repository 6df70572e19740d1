/// What holds an engine back: the kill switches and the troubles behind them, as signal logs and snapshots name them.
package enum EngineReason: String, Sendable, Hashable, CaseIterable {
    /// `ML_ENABLED` is false (R92).
    case mlDisabled = "ml_disabled"
    /// A person halted the engine.
    case operatorHalt = "operator_halt"
    /// The paper account fell too far below its peak.
    case drawdownLimit = "drawdown_limit"
    /// Too many bars in a row were not answered.
    case errorsInRow = "errors_in_row"
    /// The paper account cannot follow the prices.
    case accountFailed = "account_failed"
    /// Fewer bars were seen than the features need.
    case featuresWarming = "features_warming"
    /// No model is in production, or the pinned one is not there.
    case noModel = "no_model"
    /// The model has no card, or one for another market, or lacks the output that its decision rule names.
    case modelUnusable = "model_unusable"
    /// This engine computes other features than the model was trained on.
    case schemaMismatch = "schema_mismatch"
    /// The model's last training bar lies too far back (C31).
    case modelTooOld = "model_too_old"
    /// The row, or too much of it, lies outside what the model was trained on.
    case featuresOutOfRange = "features_out_of_range"
    /// The bar came after its deadline had passed, such as one that a feed sends again after a pause.
    case barLate = "bar_late"
    /// The bar was answered too late.
    case deadlineMissed = "deadline_missed"
    /// The call failed.
    case scoringFailed = "scoring_failed"
    /// The model's score is no number.
    case scoreNotFinite = "score_not_finite"

    /// What a reason does to the engine's state.
    package enum Effect: Sendable, Hashable {
        /// Flat until the features are warm.
        case warms
        /// Flat while it holds.
        case degrades
        /// Halted while it holds.
        case halts
        /// Halted until a person resumes.
        case latches
    }

    package var effect: Effect {
        switch self {
        case .featuresWarming: .warms
        case .mlDisabled: .halts
        case .operatorHalt, .drawdownLimit, .errorsInRow, .accountFailed: .latches
        case .noModel, .modelUnusable, .schemaMismatch, .modelTooOld, .featuresOutOfRange, .barLate, .deadlineMissed,
            .scoringFailed, .scoreNotFinite:
            .degrades
        }
    }

    /// Whether bars with this reason count towards ``LiveLimits/errorsInRowMax``.
    package var isError: Bool {
        switch self {
        case .deadlineMissed, .scoringFailed, .scoreNotFinite: true
        case .mlDisabled, .operatorHalt, .drawdownLimit, .errorsInRow, .accountFailed, .featuresWarming, .noModel,
            .modelUnusable, .schemaMismatch, .modelTooOld, .featuresOutOfRange, .barLate:
            false
        }
    }
}
