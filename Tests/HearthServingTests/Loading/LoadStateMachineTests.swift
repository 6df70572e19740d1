import HearthCore
import HearthServing
import Testing

/// Every state against every event that can come in it.
@Suite struct LoadStateMachineTests {
    private static let failure = CallFailure(.unavailable, "the disk is away")
    private static let damage = CallFailure(.dataLoss, "the file is damaged")
    private static let start = MonotonicTime(nanoseconds: 5_000_000_000)

    private static func after(milliseconds: Int64) -> MonotonicTime {
        start.advanced(byNanoseconds: milliseconds * 1_000_000)
    }

    private static func machine(_ state: String) -> LoadStateMachine {
        var machine = LoadStateMachine()
        if state == "START" { return machine }
        _ = machine.want(at: start)
        if state == "AVAILABLE" { machine.loaded() }
        if state == "FAILED" { _ = machine.failed(failure, at: start) }
        if state == "DAMAGED" { _ = machine.failed(damage, at: start) }
        return machine
    }

    struct Want: CustomTestStringConvertible {
        var state: String
        var isForced = false
        var afterMilliseconds: Int64 = 0
        var action: LoadStateMachine.Action
        var next: String
        var testDescription: String { "\(state) forced \(isForced) after \(afterMilliseconds) ms" }
    }

    @Test(arguments: [
        Want(state: "START", action: .load, next: "LOADING"),
        Want(state: "START", isForced: true, action: .load, next: "LOADING"),
        Want(state: "LOADING", action: .wait, next: "LOADING"),
        Want(state: "LOADING", isForced: true, action: .wait, next: "LOADING"),
        Want(state: "AVAILABLE", action: .ready, next: "AVAILABLE"),
        Want(state: "AVAILABLE", isForced: true, action: .ready, next: "AVAILABLE"),
        Want(state: "FAILED", action: .fail(failure), next: "FAILED"),
        Want(state: "FAILED", afterMilliseconds: 999, action: .fail(failure), next: "FAILED"),
        Want(state: "FAILED", afterMilliseconds: 1000, action: .load, next: "LOADING"),
        Want(state: "FAILED", isForced: true, action: .load, next: "LOADING"),
        Want(state: "DAMAGED", afterMilliseconds: 86_400_000, action: .fail(damage), next: "FAILED"),
        Want(state: "DAMAGED", isForced: true, action: .load, next: "LOADING"),
    ])
    func `what is wanted is loaded once, and again only when that may help`(_ want: Want) {
        var machine = Self.machine(want.state)

        #expect(
            machine.want(at: Self.after(milliseconds: want.afterMilliseconds), isForced: want.isForced) == want.action)
        #expect(machine.name == want.next)
    }

    @Test(arguments: [
        ("START", "START"), ("LOADING", "LOADING"), ("AVAILABLE", "START"), ("FAILED", "FAILED"),
        ("DAMAGED", "FAILED"),
    ])
    func `an eviction concerns only what is in memory`(_ state: String, _ next: String) {
        var machine = Self.machine(state)
        machine.evicted()

        #expect(machine.name == next)
    }

    @Test func `a load that succeeds makes the version available and forgets the failures before it`() {
        var machine = Self.machine("FAILED")
        _ = machine.want(at: Self.start, isForced: true)
        #expect(machine.attempt == 2)
        machine.loaded()

        #expect(machine.name == "AVAILABLE")
        #expect(machine.failure == nil)
        #expect(machine.attempt == 0)
        #expect(machine.retryAt == nil)
    }

    @Test func `R76, C3: failures are retried after 1, 2, 4 and then every 30 s`() {
        var machine = LoadStateMachine()
        var now = Self.start
        for delay: Int64 in [1000, 2000, 4000, 30_000, 30_000, 30_000] {
            #expect(machine.want(at: now) == .load)
            _ = machine.failed(Self.failure, at: now)
            let justBefore = now.advanced(byNanoseconds: delay * 1_000_000 - 1)
            #expect(machine.want(at: justBefore) == .fail(Self.failure))
            now = now.advanced(byNanoseconds: delay * 1_000_000)
            #expect(machine.retryAt == now)
        }
    }

    @Test func `C4: damage is not tried again by itself`() {
        let machine = Self.machine("DAMAGED")

        #expect(machine.retryAt == nil)
        #expect(machine.failure == Self.damage)
    }

    @Test func `a failure is news the first time and for another reason`() {
        var machine = LoadStateMachine()
        func fails(_ failure: CallFailure) -> Bool {
            _ = machine.want(at: Self.start, isForced: true)
            return machine.failed(failure, at: Self.start)
        }

        #expect(fails(Self.failure))
        #expect(!fails(Self.failure))
        #expect(fails(Self.damage))
        #expect(!fails(Self.damage))
        #expect(fails(Self.failure))
    }

    @Test(arguments: [("START", true), ("LOADING", false), ("AVAILABLE", false), ("FAILED", false), ("DAMAGED", false)])
    func `only what says nothing is forgotten`(_ state: String, _ isForgettable: Bool) {
        #expect(Self.machine(state).isForgettable(at: Self.start) == isForgettable)
    }

    @Test func `a failure is forgettable when it may be retried anyway`() {
        #expect(Self.machine("FAILED").isForgettable(at: Self.after(milliseconds: 1000)))
    }

    @Test(.enabled(if: ProcessFacts.canTestExits))
    func `an end of a load that was never begun stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var machine = LoadStateMachine()
            machine.loaded()
        }
        await #expect(processExitsWith: .failure) {
            var machine = LoadStateMachine()
            _ = machine.failed(CallFailure(.unavailable, ""), at: .now())
        }
    }
}
