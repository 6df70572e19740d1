/// The steps of a promotion or rollback, each named by what has just been done: where tests kill the process.
///
/// Up to ``recorded`` nothing is visible to anybody else; ``committed`` is after the transaction.
package enum PromotionFaultPoint: String, Sendable, CaseIterable {
    case begun
    case demoted
    case promoted
    case pointed
    /// Event, head version and notification.
    case recorded
    case committed
}
