package import HearthCore
package import HearthRegistry

/// What happened to a registered model: which version was in production when, who decided it and why (R154, C20).
package struct ModelHistory: Sendable {
    /// A version's time in production.
    package struct Term: Sendable, Hashable {
        package var modelID: ModelID
        package var generation: Int64
        package var since: Timestamp
        /// nil: until now.
        package var until: Timestamp?
        package var actor: String
        package var reason: String
        /// It came back by a rollback.
        package var isRollback: Bool
    }

    package var name: ModelName
    /// Oldest first.
    package var events: [RegistryEvent]
    /// Oldest first; the last one is of the version that is in production now.
    package var terms: [Term]
    /// What is in production now; nil for nothing.
    package var production: ModelVersion?

    /// Reads the history of `name`.
    ///
    /// Throws `.notFound` for a name that the registry does not know.
    package init(of name: ModelName, in store: any RegistryStore) throws(RegistryError) {
        self.name = name
        events = try store.events(after: 0, limit: .max).filter { $0.name == name }
        let isKnown = try !events.isEmpty ? true : store.registeredModels().contains { $0.name == name }
        guard isKnown else {
            throw RegistryError(.notFound, "no registered model '\(name)'", hint: "see 'hearth models list'")
        }
        terms = Self.terms(of: events)
        if let pointer = try store.productionPointer(of: name) { production = try store.version(pointer.modelID) }
    }

    private static func terms(of events: [RegistryEvent]) -> [Term] {
        var terms: [Term] = []
        for event in events {
            switch event.kind {
            case .promoted, .rolledBack:
                guard let modelID = event.modelID else { continue }
                if !terms.isEmpty { terms[terms.count - 1].until = event.at }
                terms.append(
                    Term(
                        modelID: modelID, generation: event.generation ?? 0, since: event.at, until: nil,
                        actor: event.actor, reason: event.reason, isRollback: event.kind == .rolledBack))
            case .registered, .archived, .pinned, .unpinned, .removed: continue
            }
        }
        return terms
    }
}
