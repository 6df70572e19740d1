/// The labels that the class indices of an output stand for, as one object that lives as long as its model: replies
/// point at it, so that writing them counts no references.
package final class OutputLabels: Sendable {
    /// Text labels in the order of the class indices: one list for all values of a row, or one for each; empty for
    /// numbers.
    package let texts: [[String]]
    /// The same for labels that are numbers; empty for text.
    package let numbers: [[Double]]

    /// Labels of one class per row, in the order of the class indices.
    package convenience init(_ texts: [String]) {
        self.init(texts: [texts])
    }

    /// Labels of several classes per row: a list for each, at least one.
    package init(texts: [[String]]) {
        self.texts = texts
        numbers = []
    }

    /// Labels that are numbers: a list for each class of a row, at least one.
    package init(numbers: [[Double]]) {
        texts = []
        self.numbers = numbers
    }

    /// The text of the class that `value` is the index of, `index` places from the first value of the output; nil when
    /// it is none.
    @inline(__always)
    package func text(_ value: Double, at index: Int) -> String? {
        guard !texts.isEmpty else { return nil }
        let list = texts.count == 1 ? 0 : index % texts.count
        guard let place = Int(exactly: value), texts[list].indices.contains(place) else { return nil }
        return texts[list][place]
    }

    /// The same for labels that are numbers.
    @inline(__always)
    package func number(_ value: Double, at index: Int) -> Double? {
        guard !numbers.isEmpty else { return nil }
        let list = numbers.count == 1 ? 0 : index % numbers.count
        guard let place = Int(exactly: value), numbers[list].indices.contains(place) else { return nil }
        return numbers[list][place]
    }
}
