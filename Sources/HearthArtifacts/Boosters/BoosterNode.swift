/// One value of a JSON or UBJSON document, with the place where it stands.
///
/// Arrays of numbers, which are nearly all of a model, are flat. Nesting is bounded by ``BoosterLimits/depthMax``, so
/// walking and freeing the tree recursively is safe.
struct BoosterNode: Sendable {
    /// What the value is.
    enum Content: Sendable {
        case null
        /// A truth value counts as 0 or 1.
        case number(Double)
        case text(String)
        case numbers([Double])
        case list([BoosterNode])
        case object([Member])
    }

    /// One entry of an object.
    struct Member: Sendable {
        let key: String
        let value: BoosterNode
    }

    /// Offset of its first byte.
    let offset: Int
    let content: Content

    /// The kind of value, for messages.
    var kind: String {
        switch content {
        case .null: "null"
        case .number: "a number"
        case .text: "a text"
        case .numbers: "numbers"
        case .list: "a list"
        case .object: "an object"
        }
    }

    /// Values under these keys are checked for their form but not kept: statistics of the training that no prediction
    /// reads, half of a file, and the names of a data frame's categories (rows hold their codes).
    static func isSkipped(_ key: String) -> Bool {
        switch key {
        case "loss_changes", "sum_hessian", "base_weights", "parents", "iteration_indptr", "cats": true
        default: false
        }
    }
}
