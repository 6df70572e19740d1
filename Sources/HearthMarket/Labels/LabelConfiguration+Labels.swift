extension LabelConfiguration {
    /// The label of each bar; nil where there is none: for the last ``horizon`` bars, whose future is not known, and
    /// where the volatility is not known yet or zero.
    ///
    /// A bar whose barrier was touched early has no label either while its horizon is not over: labelling the early
    /// ones alone would favour large moves. Bars are good and in order, as ``BarValidator`` lets them through.
    ///
    /// Throws ``MarketError`` when a parameter is out of its range.
    package func labels(_ bars: [Bar]) throws(MarketError) -> [Label?] {
        try check()
        let volatility = volatilityWindow.map { Self.volatilities(bars, window: $0) }
        var labels = [Label?](repeating: nil, count: bars.count)
        for index in 0..<max(0, bars.count - horizon) {
            switch self {
            case .fixedHorizon(_, .relative(let size)):
                labels[index] = fixed(bars, index, deadZone: size)
            case .fixedHorizon(_, .volatility(let multiple, _)):
                guard let scale = volatility?[index] else { continue }
                labels[index] = fixed(bars, index, deadZone: multiple * scale)
            case .tripleBarrier(_, let upper, let lower, _):
                guard let scale = volatility?[index] else { continue }
                labels[index] = firstTouch(bars, index, upper: upper * scale, lower: lower * scale)
            }
        }
        return labels
    }

    private var volatilityWindow: Int? {
        switch self {
        case .fixedHorizon(_, .relative): nil
        case .fixedHorizon(_, .volatility(_, let window)), .tripleBarrier(_, _, _, let window): window
        }
    }

    /// The deviation of the last `window` log returns at each bar, as the feature `volatility` has it; nil while
    /// there are too few, and when it is zero.
    private static func volatilities(_ bars: [Bar], window: Int) -> [Double?] {
        let kind = FeatureKind.volatility(window: window)
        var recent = RecentBars(capacity: kind.warmUpBarCount)
        return bars.map { bar in
            recent.append(bar)
            guard recent.count >= kind.warmUpBarCount else { return nil }
            let value = kind.value(recent)
            return value > 0 ? value : nil
        }
    }

    private func fixed(_ bars: [Bar], _ index: Int, deadZone: Double) -> Label {
        let exit = index + horizon
        let outcome = bars[exit].close / bars[index + 1].open - 1
        let direction: Label.Direction = outcome > deadZone ? .up : outcome < -deadZone ? .down : .neutral
        return Label(direction: direction, touchIndex: exit, outcome: outcome)
    }

    private func firstTouch(_ bars: [Bar], _ index: Int, upper: Double, lower: Double) -> Label {
        let entry = bars[index + 1].open
        let (ceiling, floor) = (entry * (1 + upper), entry * (1 - lower))
        for later in index + 1...index + horizon {
            let bar = bars[later]
            // The open comes first: a bar that opens beyond a barrier has touched that one, at its open.
            if later > index + 1 {
                if bar.open <= floor { return Label(.down, later, bar.open, entry) }
                if bar.open >= ceiling { return Label(.up, later, bar.open, entry) }
            }
            // Whether the high or the low came first is not known: the adverse one is taken.
            if bar.low <= floor { return Label(.down, later, floor, entry) }
            if bar.high >= ceiling { return Label(.up, later, ceiling, entry) }
        }
        let exit = index + horizon
        return Label(.neutral, exit, bars[exit].close, entry)
    }
}

extension Label {
    fileprivate init(_ direction: Direction, _ touchIndex: Int, _ exit: Double, _ entry: Double) {
        self.init(direction: direction, touchIndex: touchIndex, outcome: exit / entry - 1)
    }
}
