/// The name of a registered model, e.g. `isolation_forest.stok_seviye`: `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`.
///
/// A name is a label. Its parts (`model_type`, `metric_type`, …) are columns of the registry and are never parsed back
/// out of it. Because no name holds `/` or starts with a dot, it is also safe as one component of a path.
package struct ModelName: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// The most bytes that a name may have.
    package static let byteCountMax = 128

    /// Throws ``NameError`` when `text` is no name.
    package init(_ text: String) throws(NameError) {
        try NameError.check(text, kind: "model name", byteCountMax: Self.byteCountMax)
        self.text = text
    }

    package var description: String { text }
}
