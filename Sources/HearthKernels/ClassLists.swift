import HearthModel

/// The classes that the indices in an output stand for: one list for all values of a row, or one for each.
///
/// Put together when a model is loaded, so that a reply takes it as it is.
package enum ClassLists: Sendable, Equatable {
    case integers([[Int64]])
    case booleans([[Bool]])
    case floats([[Double]])
    case strings([[String]])

    /// nil when there is none. Lists of several types become text.
    init?(_ targets: [ClassLabels]) {
        guard !targets.isEmpty else { return nil }
        let integers = targets.compactMap { if case .integers(let labels) = $0 { labels } else { nil } }
        let booleans = targets.compactMap { if case .booleans(let labels) = $0 { labels } else { nil } }
        let floats = targets.compactMap { if case .floats(let labels) = $0 { labels } else { nil } }
        if integers.count == targets.count {
            self = .integers(integers)
        } else if booleans.count == targets.count {
            self = .booleans(booleans)
        } else if floats.count == targets.count {
            self = .floats(floats)
        } else {
            self = .strings(targets.map(\.texts))
        }
    }

    /// The labels as numbers, bools as 0 and 1; nil for text and for whole numbers that no double holds.
    package var numbers: [[Double]]? {
        switch self {
        case .integers(let lists):
            let numbers = lists.map { $0.compactMap { Double(exactly: $0) } }
            return zip(numbers, lists).allSatisfy { $0.count == $1.count } ? numbers : nil
        case .booleans(let lists): return lists.map { $0.map { $0 ? 1 : 0 } }
        case .floats(let lists): return lists
        case .strings: return nil
        }
    }

    /// The labels as text.
    package var texts: [[String]] {
        switch self {
        case .integers(let lists): lists.map { ClassLabels.integers($0).texts }
        case .booleans(let lists): lists.map { ClassLabels.booleans($0).texts }
        case .floats(let lists): lists.map { ClassLabels.floats($0).texts }
        case .strings(let lists): lists
        }
    }
}

extension ClassLabels {
    fileprivate var texts: [String] {
        switch self {
        case .integers(let labels): labels.map { String($0) }
        case .booleans(let labels): labels.map { $0 ? "True" : "False" }
        case .floats(let labels): labels.map { "\($0)" }
        case .strings(let labels): labels
        }
    }
}
