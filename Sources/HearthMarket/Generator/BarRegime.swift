/// How a generated market behaves for a while.
package enum BarRegime: String, Sendable, CaseIterable {
    case trendUp = "trend_up"
    case trendDown = "trend_down"
    /// Pulled back to the price at which the regime began.
    case meanReverting = "mean_reverting"
    /// No direction, three times the movement and twice the volume.
    case volatile

    /// The mean log return of a bar, in units of ``BarGenerator/Parameters/volatility``.
    var drift: Double {
        switch self {
        case .trendUp: 0.3
        case .trendDown: -0.3
        case .meanReverting, .volatile: 0
        }
    }

    /// The deviation of a bar's log return, in units of ``BarGenerator/Parameters/volatility``.
    var scale: Double { self == .volatile ? 3 : 1 }

    /// The share of the distance to the regime's first price that a bar takes back.
    var pull: Double { self == .meanReverting ? 0.15 : 0 }
}
