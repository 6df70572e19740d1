extension OutputWriter {
    /// As ``write(_:raw:row:rowCount:to:)`` for rows that lie side by side, where ``isBinarySigmoid``.
    ///
    /// One short loop, so that the processor computes the exponentials of several rows at once.
    static func writeBinary(
        _ plan: UnsafePointer<KernelPlan>, raw: UnsafePointer<Double>, rows: Range<Int>, rowCount: Int,
        to outputs: UnsafeMutablePointer<Double>
    ) {
        let choosesProbability = unsafe plan.pointee.writer.choosesProbability
        let zeroIsPositive = unsafe plan.pointee.writer.zeroIsPositive
        let hasDecision = unsafe plan.pointee.writer.hasDecision
        let probabilities = unsafe outputs + rowCount
        let decisions = unsafe outputs + 3 &* rowCount
        for row in rows {
            let decision = unsafe raw[row &- rows.lowerBound]
            let positive = NumericPrimitives.sigmoid(decision)
            let negative = 1 - positive
            let isPositive =
                choosesProbability ? positive > negative : decision > 0 || zeroIsPositive && decision >= 0
            unsafe probabilities[2 &* row] = negative
            unsafe probabilities[2 &* row &+ 1] = positive
            unsafe outputs[row] = isPositive ? 1 : 0
            if hasDecision { unsafe decisions[row] = decision }
        }
    }
}
