import HearthStrategy
import Testing

struct EngineStateMachineTests {
    typealias State = EngineStateMachine.State

    /// A machine in `state`, by events alone.
    static func machine(in state: State) -> EngineStateMachine {
        var machine = EngineStateMachine()
        switch state {
        case .warming: break
        case .live: _ = machine.handle(.bar([]))
        case .degraded: _ = machine.handle(.bar([.modelTooOld]))
        case .halted: _ = machine.handle(.halt(.operatorHalt))
        }
        return machine
    }

    static let events: [(event: EngineStateMachine.Event, target: State)] =
        [(.bar([]), .live)]
        + EngineReason.allCases.map { reason in
            switch reason.effect {
            case .warms: (.bar([reason]), .warming)
            case .degrades: (.bar([reason]), .degraded)
            case .halts, .latches: (.bar([reason]), .halted)
            }
        }
        + [(.bar([.featuresWarming, .modelTooOld]), .warming), (.bar([.modelTooOld, .mlDisabled]), .halted)]

    @Test(arguments: [State.warming, .live, .degraded])
    func `a bar leads from every state that is not latched to the one that its gravest reason asks for`(
        from state: State
    ) {
        for (event, target) in Self.events {
            var machine = Self.machine(in: state)
            let transition = machine.handle(event)
            #expect(machine.state == target, "\(state) and \(event)")
            #expect(transition == (state == target ? nil : .init(from: state, to: target)), "\(state) and \(event)")
        }
    }

    @Test func `no bar ends a latched halt, and the latch stays among the reasons`() {
        for (event, _) in Self.events {
            var machine = Self.machine(in: .halted)
            #expect(machine.handle(event) == nil)
            #expect(machine.state == .halted)
            #expect(machine.reasons.contains(.operatorHalt))
        }
    }

    @Test(arguments: State.allCases) func `a halt halts every state and keeps what was held against it`(state: State) {
        var machine = Self.machine(in: state)
        let transition = machine.handle(.halt(.drawdownLimit))
        #expect(machine.state == .halted)
        #expect(machine.isLatched)
        #expect(transition == (state == .halted ? nil : .init(from: state, to: .halted)))
        #expect(machine.reasons.contains(.drawdownLimit))
    }

    @Test(arguments: State.allCases) func `resuming opens latches and nothing else`(state: State) {
        var machine = Self.machine(in: state)
        let reasons = machine.reasons
        let transition = machine.handle(.resume)
        if state == .halted {
            #expect(transition == .init(from: .halted, to: .warming))
            #expect(!machine.isLatched)
        } else {
            #expect(transition == nil)
            #expect(machine.state == state)
            #expect(machine.reasons == reasons)
        }
    }

    @Test func `ML_ENABLED halts while it is false and needs nobody to resume (R92)`() {
        var machine = Self.machine(in: .live)
        _ = machine.handle(.bar([.mlDisabled]))
        #expect(machine.state == .halted)
        #expect(!machine.isLatched)
        _ = machine.handle(.bar([]))
        #expect(machine.state == .live)
    }

    @Test func `reasons come in one order, each once`() {
        var machine = EngineStateMachine()
        _ = machine.handle(.bar([.scoringFailed, .modelTooOld, .scoringFailed, .noModel]))
        #expect(machine.reasons == [.noModel, .modelTooOld, .scoringFailed])
    }
}
