import HearthCore

/// How many frames a client may send that ask for nothing: settings, pings, window updates, priorities, empty data. A
/// library sends a few for every call; a flood costs the server time that other clients want (CVE-2019-9511 to 9518).
///
/// Every message earns some, and so does every second. Who has none left is cut off with ENHANCE_YOUR_CALM.
struct IdleFrameBudget {
    private static let most = 10_000.0
    private static let perSecond = 1_000.0
    private static let perMessage = 16.0

    private var left = IdleFrameBudget.most
    private var filledAt: MonotonicTime?

    /// A request message came.
    mutating func earn() {
        left = min(Self.most, left + Self.perMessage)
    }

    /// Takes `count` frames; false when they are too many.
    mutating func admits(_ count: Int, at now: MonotonicTime) -> Bool {
        guard count > 0 else { return true }
        if let filledAt {
            left = min(Self.most, left + Self.perSecond * Double(now - filledAt) / 1e9)
        }
        filledAt = now
        left -= Double(count)
        return left >= 0
    }
}
