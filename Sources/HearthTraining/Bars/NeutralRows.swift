import HearthMarket

/// What a bar counts as after which the price went neither up nor down far enough.
package enum NeutralRows: String, Sendable, CaseIterable {
    /// As not up: the model foresees "up" against everything else (``Label/binaryClass``).
    case negative
    /// As nothing: the model is not shown it and not measured on it, and foresees "up" against "down".
    case leftOut = "left-out"
}
