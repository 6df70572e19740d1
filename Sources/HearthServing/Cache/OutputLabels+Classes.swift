import HearthCore
import HearthKernels

extension OutputLabels {
    /// What replies write for the classes of an output; nil when there are none, or when they are 0, 1, … and so the
    /// indices themselves.
    ///
    /// Whole numbers that no double holds are sent as text.
    convenience init?(_ classes: ClassLists?) {
        guard let classes else { return nil }
        guard let numbers = classes.numbers else {
            self.init(texts: classes.texts)
            return
        }
        guard !numbers.allSatisfy({ $0 == $0.indices.map(Double.init) }) else { return nil }
        self.init(numbers: numbers)
    }
}
