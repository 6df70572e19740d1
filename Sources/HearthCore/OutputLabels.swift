/// The text labels of an output's classes, as one object that lives as long as its model: replies point at it, so that
/// writing them counts no references.
package final class OutputLabels: Sendable {
    /// One per class, in the order of the class indices.
    package let texts: [String]

    /// Labels in the order of the class indices.
    package init(_ texts: [String]) {
        self.texts = texts
    }
}
