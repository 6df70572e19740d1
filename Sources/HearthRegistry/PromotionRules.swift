package import HearthCore

/// Whether a change of a production pointer is allowed.
///
/// Pure, and shared by the stores: each reads the rows under its write lock, asks here, and writes what the answer
/// says.
package enum PromotionRules {
    /// What a store writes.
    package enum Decision: Hashable, Sendable {
        /// The version is in production already: nothing is written, no event, no new generation.
        case alreadyProduction(ProductionPointer)
        /// Demote whatever is in production, promote the version, replace the pointer by this one.
        case replace(ProductionPointer)
    }

    /// Decides on a promotion.
    ///
    /// - Parameter current: the pointer of `name` now; nil when nothing has been promoted yet.
    /// - Throws: `.refused`, `.conflict`, as ``RegistryStore/promote(_:of:expectedGeneration:actor:reason:)`` says.
    package static func promote(
        _ version: ModelVersion, of name: ModelName, current: ProductionPointer?, expectedGeneration: Int64?,
        at now: Timestamp
    ) throws(RegistryError) -> Decision {
        guard version.name == name else {
            throw RegistryError(
                .refused, "\(version.modelID) is a version of \(version.name), not of \(name)",
                hint: "promote it under its own name")
        }
        try checkGeneration(of: name, current: current, expected: expectedGeneration)
        if let current, current.modelID == version.modelID, version.status == .production {
            return .alreadyProduction(current)
        }
        try checkServable(version)
        // A pointer that names the version although its status does not say so (a hand-made change) keeps its way back.
        let previous = current?.modelID == version.modelID ? current?.previousModelID : current?.modelID
        return .replace(
            ProductionPointer(
                name: name, modelID: version.modelID, previousModelID: previous,
                generation: try nextGeneration(after: current), changedAt: now))
    }

    /// The version that a rollback promotes.
    ///
    /// - Throws: `.conflict`; `.refused` when there is nothing to go back to.
    package static func rollbackTarget(
        of name: ModelName, current: ProductionPointer?, expectedGeneration: Int64?
    ) throws(RegistryError) -> ModelID {
        try checkGeneration(of: name, current: current, expected: expectedGeneration)
        guard let current else {
            throw RegistryError(
                .refused, "\(name) has no production version", hint: "promote a version; there is nothing to roll back")
        }
        guard let previous = current.previousModelID else {
            throw RegistryError(
                .refused, "\(current.modelID) is the first production version of \(name)",
                hint: "promote another version; there is nothing to roll back to")
        }
        return previous
    }

    /// Throws `.refused` when archiving `version` would take away what answers calls or what a rollback needs.
    package static func checkArchivable(_ version: ModelVersion, pointer: ProductionPointer?) throws(RegistryError) {
        if version.status == .production || pointer?.modelID == version.modelID {
            throw RegistryError(
                .refused, "\(version.modelID) is the production version of \(version.name)",
                hint: "promote another version first")
        }
        if pointer?.previousModelID == version.modelID {
            throw RegistryError(
                .refused, "\(version.modelID) is the rollback target of \(version.name)",
                hint: "it can be archived after the next promotion")
        }
        if version.status == .failed {
            throw RegistryError(
                .refused, "\(version.modelID) is a failed training", hint: "there is no artifact to set aside")
        }
    }

    /// Throws `.refused` when removing `version` would take away what answers calls, what a rollback needs, what
    /// somebody pinned or what a server holds (C15).
    package static func checkRemovable(
        _ version: ModelVersion, pointer: ProductionPointer?, isLeased: Bool
    ) throws(RegistryError) {
        let role: (what: String, mend: String)? =
            if version.status == .production || pointer?.modelID == version.modelID {
                ("the production version", "promote another version first")
            } else if pointer?.previousModelID == version.modelID {
                ("the rollback target", "it can be removed after the next promotion")
            } else if version.pinned {
                ("a pinned version", "unpin it first")
            } else if isLeased {
                ("held by a server, a version", "unload it there, or wait two minutes after the server's end")
            } else {
                nil
            }
        guard let role else { return }
        throw RegistryError(.refused, "\(version.modelID) is \(role.what) of \(version.name)", hint: role.mend)
    }

    private static func checkGeneration(
        of name: ModelName, current: ProductionPointer?, expected: Int64?
    ) throws(RegistryError) {
        let generation = current?.generation ?? 0
        guard let expected, expected != generation else { return }
        let state =
            current.map { "is at generation \($0.generation) with \($0.modelID)" } ?? "has no production version"
        throw RegistryError(
            .conflict, "\(name) \(state), generation \(expected) was expected",
            hint: "look at the current version and promote again with expected generation \(generation)")
    }

    private static func checkServable(_ version: ModelVersion) throws(RegistryError) {
        switch version.status {
        case .failed, .archived:
            throw RegistryError(
                .refused, "\(version.modelID) is \(version.status.rawValue)",
                hint: "promote a version whose status is success or candidate")
        case .success, .candidate, .production:
            guard version.path != nil else {
                throw RegistryError(
                    .refused, "\(version.modelID) has no artifact", hint: "promote a version that has a model_path")
            }
        }
    }

    private static func nextGeneration(after current: ProductionPointer?) throws(RegistryError) -> Int64 {
        let (next, overflow) = (current?.generation ?? 0).addingReportingOverflow(1)
        guard !overflow else {
            throw RegistryError(
                .corrupt, "the generation of \(current?.name.text ?? "") is \(Int64.max)", hint: "restore a backup")
        }
        return next
    }
}
