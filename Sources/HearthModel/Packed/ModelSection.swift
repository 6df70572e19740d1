/// Which part of a packed model a run of bytes is: four ASCII letters, as they stand in the section table of
/// `model.hearth`.
package struct SectionID: Hashable, Sendable, CustomStringConvertible {
    /// The letters, first one in the lowest byte.
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Traps unless `letters` has exactly four ASCII characters: ids are written in the source, never read from
    /// outside.
    package init(_ letters: StaticString) {
        precondition(letters.utf8CodeUnitCount == 4, "a section id has four letters")
        rawValue = (0..<4).reduce(0) { unsafe $0 | UInt32(letters.utf8Start[$1]) << UInt32(8 * $1) }
    }

    package var description: String {
        String(decoding: (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> (8 * UInt32($0))) }, as: UTF8.self)
    }
}

/// One part of a packed model: little-endian, the very bytes that the kernels read.
///
/// Placed at a multiple of 64 bytes.
package struct ModelSection: Sendable, Equatable {
    package var id: SectionID
    package var bytes: [UInt8]

    package init(_ id: SectionID, bytes: [UInt8]) {
        self.id = id
        self.bytes = bytes
    }
}

extension SectionID {
    /// What the model is (``ModelDescriptor``).
    ///
    /// Every model has one.
    package static let descriptor = SectionID("DESC")
    /// Doubles: the parameters of the stages in order, then those of the estimator.
    ///
    /// Every model has one.
    package static let parameters = SectionID("PARM")
    /// One ``TreeRecord`` per tree.
    package static let trees = SectionID("TREE")
    /// Nodes of all trees (``NodeForm``).
    package static let nodes = SectionID("NODE")
    /// Distinct leaf rows of all trees, float64, or float32 when leaves are added in float32.
    package static let leaves = SectionID("LEAF")
    /// Categorical sets, 32-bit words; absent when no split is categorical.
    package static let categories = SectionID("CATS")
    /// The models within the model (``NestedModels``); absent when there are none.
    package static let children = SectionID("CHLD")
    /// The tree through which nearest points are found (``NeighborShape``), 32-bit words; absent without one.
    package static let neighbors = SectionID("NBRS")
    /// Rows and the outputs that they must give (``GoldenVectors``).
    package static let golden = SectionID("GOLD")
}
