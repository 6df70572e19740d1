/// Whether an engine may trade: `warming` -> `live` -> `degraded` -> `halted`, with the reasons.
///
/// It performs nothing; ``StrategyEngine`` gives it one event per bar and one per wish of the operator. Only `live`
/// trades; in every other state the wanted position is flat.
package struct EngineStateMachine: Sendable, Equatable {
    /// Where the engine stands.
    package enum State: String, Sendable, CaseIterable {
        /// The features have not seen enough bars. Can become any other.
        case warming
        /// Nothing holds the engine back. Can become any other.
        case live
        /// Something holds it back and may pass by itself. Can become any other.
        case degraded
        /// Stopped, by a latch until a person resumes, or while `ML_ENABLED` is false.
        case halted
    }

    /// What happens to it.
    package enum Event: Sendable, Equatable {
        /// A bar was looked at, with everything that was found against it.
        case bar([EngineReason])
        /// Stop until resumed.
        case halt(EngineReason)
        /// A person lets it go on: latches are opened, the next bar says where it stands.
        case resume
    }

    /// A change of state.
    package struct Transition: Sendable, Equatable {
        package var from: State
        package var to: State

        package init(from: State, to: State) {
            self.from = from
            self.to = to
        }
    }

    package private(set) var state = State.warming
    /// Those of the last event, in the order of ``EngineReason/allCases``.
    package private(set) var reasons: [EngineReason] = [.featuresWarming]
    private var latches: Set<EngineReason> = []

    /// A machine that has seen nothing: warming.
    package init() {}

    /// Whether only ``Event/resume`` can end the halt.
    package var isLatched: Bool { !latches.isEmpty }

    /// Takes an event; the change of state, nil when there is none.
    package mutating func handle(_ event: Event) -> Transition? {
        let before = state
        switch event {
        case .bar(let found):
            latches.formUnion(found.filter { $0.effect == .latches })
            settle(latches.union(found))
        case .halt(let reason):
            latches.insert(reason)
            settle(latches.union(reasons))
        case .resume:
            guard isLatched else { return nil }
            latches = []
            settle([.featuresWarming])
        }
        return state == before ? nil : Transition(from: before, to: state)
    }

    /// The gravest effect decides.
    private mutating func settle(_ found: Set<EngineReason>) {
        reasons = EngineReason.allCases.filter(found.contains)
        let effects = Set(reasons.map(\.effect)).union(latches.isEmpty ? [] : [.latches])
        if effects.contains(.latches) || effects.contains(.halts) {
            state = .halted
        } else if effects.contains(.warms) {
            state = .warming
        } else {
            state = effects.isEmpty ? .live : .degraded
        }
    }
}
