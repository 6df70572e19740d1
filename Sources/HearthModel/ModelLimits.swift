/// How large a model may be.
///
/// A bound keeps a damaged count from asking for absurd memory; each is far above any model of the kind that Hearth
/// serves.
package enum ModelLimits {
    /// Columns of a row, before or after any stage.
    ///
    /// Twice this (see ``EnsembleShape/splitsMissing``) still fits a row of 1 MiB.
    package static let columnCount = 65_536
    /// Values that one row's raw output has: classes, or the targets of a regression.
    package static let outputCount = 10_000
    /// Steps before the estimator.
    package static let stageCount = 64
    /// Stages within stages: pipelines in column transformers in pipelines.
    package static let stageDepth = 8
    /// Texts that a column may have, and categories of an encoder's column.
    package static let vocabularyTextCount = 1 << 20
    /// Models that one stage asks: far above the estimators of any bagging or boosting.
    package static let memberCount = 10_000
    /// Levels of models within models, each a level of recursion.
    package static let nestingDepth = 6
    package static let treeCount = 1_000_000
    /// Node slots over all trees: an index of 31 bits.
    package static let nodeSlotCount = 1 << 31
    /// Distinct leaf rows over all trees; the wide node form names one with 32 bits.
    package static let leafRowCount = 1 << 31
    /// Points of a training set that a model keeps: support vectors, neighbours.
    package static let pointCount = 10_000_000
    /// Neighbours that are looked at for a row.
    package static let neighborCount = 10_000
    /// Bytes of one column name or class label.
    package static let nameByteCount = 4096
    /// Classes for a categorical set: words of 32 categories each.
    package static let categoryWordCount = 1 << 16
}
