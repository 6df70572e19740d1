package import HearthCore

/// What became of the rows of a Python registry, or would become of them.
package struct RegistryAdoptionReport: Sendable, Equatable {
    /// What became of one row.
    package enum Result: Sendable, Equatable {
        /// A version of this registry now.
        case adopted
        /// Was one before, of the same file.
        case present
        /// A training that failed: a row without files (C17).
        case failedTraining
        /// Files of it are not there (R162).
        case missing(reason: String)
        /// It was not taken.
        case refused(reason: String)
    }

    /// One row of the index.
    package struct Row: Sendable, Equatable {
        /// Of the index, counted from 1.
        package var line: Int
        /// As the index has it.
        package var originalID: String
        /// As this registry has it; nil for a row that was not taken.
        package var modelID: ModelID?
        package var status: String
        package var result: Result
    }

    /// A version that came into production.
    package struct Promotion: Sendable, Equatable {
        package var name: ModelName
        package var modelID: ModelID
        /// Why it did not; nil when it did.
        package var problem: String?
    }

    package var isDryRun = false
    package var rows: [Row] = []
    package var promotions: [Promotion] = []
    /// What a person should know and what is no failure: another id, another production version.
    package var notes: [String] = []
    /// Why the rest was not tried; nil when all rows were.
    package var stopReason: String?

    package init() {}

    package var adopted: Int { rows.count { $0.result == .adopted } }
    package var present: Int { rows.count { $0.result == .present } }
    package var failedTrainings: Int { rows.count { $0.result == .failedTraining } }
    package var missing: Int { rows.count { if case .missing = $0.result { true } else { false } } }
    package var refused: Int { rows.count { if case .refused = $0.result { true } else { false } } }

    /// Whether every row of the index is in this registry now.
    package var isComplete: Bool {
        missing == 0 && refused == 0 && stopReason == nil && promotions.allSatisfy { $0.problem == nil }
    }
}
