import HearthServer
import Testing

@Suite struct WaitStateTests {
    /// What happened in one wait.
    enum Event: Sendable {
        case polled, polledInVain, preempted, sleptShort, sleptLong
    }

    /// Events in runs, so that a table of them can be read.
    struct Run: Sendable, CustomTestStringConvertible {
        var event: Event
        var count: Int
        var testDescription: String { "\(count) x \(event)" }

        init(_ event: Event, _ count: Int = 1) {
            self.event = event
            self.count = count
        }
    }

    private static func state(_ policy: LoopWaitPolicy, after runs: [Run]) -> WaitState {
        var state = WaitState(policy)
        for run in runs {
            for _ in 0..<run.count {
                switch run.event {
                case .polled: state.polled()
                case .polledInVain: state.polledInVain()
                case .preempted: state.preempted()
                case .sleptShort: state.slept(nanoseconds: 80_000)
                case .sleptLong: state.slept(nanoseconds: 5_000_000)
                }
            }
        }
        return state
    }

    @Test(
        arguments: [
            (.block, [Run(.sleptShort, 100)], false),
            (.block, [Run(.polled, 100)], false),
            (.spin(microseconds: 20), [], true),
            (.spin(microseconds: 20), [Run(.polledInVain, 100)], true),
            (.adaptive, [], false),
            (.adaptive, [Run(.sleptShort, 3)], false),
            (.adaptive, [Run(.sleptShort, 4)], true),
            (.adaptive, [Run(.sleptShort, 3), Run(.sleptLong), Run(.sleptShort, 2)], false),
            (.adaptive, [Run(.sleptShort, 4), Run(.polledInVain)], false),
            (.adaptive, [Run(.sleptShort, 4), Run(.polled, 12), Run(.polledInVain, 2)], true),
            (.adaptive, [Run(.sleptShort, 4), Run(.polled, 12), Run(.polledInVain, 3)], false),
            (.adaptive, [Run(.sleptShort, 4), Run(.polledInVain), Run(.sleptShort, 19)], false),
            (.adaptive, [Run(.sleptShort, 4), Run(.polledInVain), Run(.sleptShort, 20)], true),
            (.adaptive, [Run(.sleptShort, 16), Run(.preempted), Run(.sleptShort, 200)], false),
            (.adaptive, [Run(.sleptShort, 16), Run(.preempted), Run(.sleptShort, 260)], true),
            (.adaptive, [Run(.sleptShort, 10_000), Run(.polled, 10_000), Run(.polledInVain, 3)], false),
            (.adaptive, [Run(.polledInVain, 10_000), Run(.sleptShort, 20)], true),
        ] as [(LoopWaitPolicy, [Run], Bool)])
    func `a worker polls only while that pays`(policy: LoopWaitPolicy, events: [Run], polls: Bool) {
        #expect((Self.state(policy, after: events).pollNanoseconds > 0) == polls)
    }

    @Test func `the time to poll is the policy's`() {
        #expect(WaitState(.spin(microseconds: 20)).pollNanoseconds == 20_000)
        #expect(Self.state(.adaptive, after: [Run(.polled, 4)]).pollNanoseconds == 50_000)
    }

    @Test(
        arguments: [
            ("block", .block), ("adaptive", .adaptive), ("spin:1", .spin(microseconds: 1)),
            ("spin:1000000", .spin(microseconds: 1_000_000)),
        ] as [(String, LoopWaitPolicy)])
    func `a policy reads back as it is written`(text: String, policy: LoopWaitPolicy) {
        #expect(LoopWaitPolicy(text: text) == policy)
        #expect(policy.description == text)
    }

    @Test(arguments: ["", "Block", "spin", "spin:", "spin:0", "spin:1000001", "spin:-1", "spin:1:2", "spin:x"])
    func `what is no policy is refused`(text: String) {
        #expect(LoopWaitPolicy(text: text) == nil)
    }
}
