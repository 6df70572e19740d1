/// Decides when more rounds do not help: the best round so far, and how long ago it was.
struct EarlyStopping {
    /// Rounds without a better loss that are waited for.
    let patience: Int
    /// The round with the least loss, the earliest of several.
    private(set) var best = 0
    private(set) var bestLoss = Double.infinity
    private(set) var lastLoss = Double.infinity

    init(patience: Int) {
        self.patience = patience
    }

    /// Takes the loss after `round`; whether growing is over.
    mutating func isOver(after round: Int, loss: Double) -> Bool {
        lastLoss = loss
        if loss < bestLoss {
            bestLoss = loss
            best = round
        }
        return round - best >= patience
    }
}
