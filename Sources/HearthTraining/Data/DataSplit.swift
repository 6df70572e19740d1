/// How rows are parted into those that are learned from and those that are held out to measure the model.
package struct DataSplit: Sendable, Equatable {
    /// Which rows are held out.
    package enum Order: Sendable, Equatable {
        /// The last rows are held out: for a series, the future is measured with a model of the past.
        case chronological
        /// Rows are drawn at random: for tables whose order means nothing.
        case random(seed: UInt64)
    }

    package var order: Order
    /// The share that is held out, 0..<1.
    ///
    /// With 0 the model learns from all rows and nothing is measured.
    package var heldOutFraction: Double

    package init(order: Order = .chronological, heldOutFraction: Double = 0.3) {
        self.order = order
        self.heldOutFraction = heldOutFraction
    }

    /// Row indices, both in ascending order.
    ///
    /// At least one row is learned from; `heldOut` has `ceil(heldOutFraction * count)` rows, as scikit-learn's
    /// `train_test_split` counts.
    ///
    /// Throws ``TrainingError`` for a fraction outside its range, or windows (which overlap) split at random.
    package func indices(rowCount: Int, window: Int) throws(TrainingError) -> (training: [Int], heldOut: [Int]) {
        guard heldOutFraction >= 0, heldOutFraction < 1 else {
            throw TrainingError(
                .badParameter, "the test fraction is \(heldOutFraction), expected at least 0 and below 1")
        }
        let heldOutCount = min(Int((heldOutFraction * Double(rowCount)).rounded(.up)), max(0, rowCount - 1))
        switch order {
        case .chronological:
            return (Array(0..<rowCount - heldOutCount), Array(rowCount - heldOutCount..<rowCount))
        case .random(let seed):
            guard window == 1 else {
                throw TrainingError(
                    .badParameter, "windows of \(window) points overlap and cannot be split at random",
                    hint: "use --split chronological")
            }
            var random = Xoshiro256(seed: seed, stream: 0x5EED)
            let order = random.permutation(of: rowCount)
            return (order.dropFirst(heldOutCount).sorted(), order.prefix(heldOutCount).sorted())
        }
    }
}
