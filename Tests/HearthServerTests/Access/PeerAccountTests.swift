import HearthCore
import HearthServer
import HearthTestSupport
import Synchronization
import Testing

/// A clock that a test moves.
private final class TestClock: Sendable {
    private let time = Atomic<Int64>(1_000_000_000_000)

    var now: MonotonicTime { MonotonicTime(nanoseconds: time.load(ordering: .sequentiallyConsistent)) }

    func advance(milliseconds: Int64) {
        time.wrappingAdd(milliseconds * 1_000_000, ordering: .sequentiallyConsistent)
    }
}

/// What users take, counted over their connections.
@Suite struct PeerAccountTests {
    private let clock = TestClock()

    private func accounts(_ limits: PeerLimits) -> PeerAccounts {
        PeerAccounts(limits: limits) { [clock] in clock.now }
    }

    private func rate(_ text: String) throws -> PeerLimits {
        let rate = try #require(PeerLimits.Rate(text: text))
        return PeerLimits(rate: rate)
    }

    private func admitted(_ share: AccountShare, of count: Int) -> Int {
        (0..<count).count { _ in share.admit(at: clock.now) == nil }
    }

    @Test func `a burst is answered at once, then calls at the rate, and a pause fills the bucket again`() throws {
        let share = accounts(try rate("100:5")).open(1000).share
        #expect(admitted(share, of: 10) == 5)
        clock.advance(milliseconds: 9)
        #expect(admitted(share, of: 1) == 0)
        clock.advance(milliseconds: 1)
        #expect(admitted(share, of: 2) == 1)
        clock.advance(milliseconds: 30)
        #expect(admitted(share, of: 10) == 3)
        clock.advance(milliseconds: 3_600_000)
        #expect(admitted(share, of: 10) == 5)
    }

    @Test func `in the long run the rate is kept to the call`() throws {
        let share = accounts(try rate("1000:1")).open(1000).share
        var count = 0
        for _ in 0..<10_000 {
            count += admitted(share, of: 3)
            clock.advance(milliseconds: 1)
        }
        #expect(count == 10_000)
    }

    @Test func `a refused call is told the user, the limit and the option`() throws {
        let share = accounts(try rate("100:1")).open(1000).share
        #expect(share.admit(at: clock.now) == nil)
        let refusal = try #require(share.admit(at: clock.now))
        #expect(refusal.code == .resourceExhausted)
        #expect(
            refusal.message
                == "uid 1000 makes more than 100 calls/s (bursts of 1); call less often, send several rows in one "
                + "call, or raise --rate-per-uid")
    }

    @Test func `all connections of a user share one bucket, and other users have theirs`() throws {
        let accounts = accounts(try rate("10:4"))
        let (one, two, other) = (accounts.open(1000).share, accounts.open(1000).share, accounts.open(1001).share)
        #expect(admitted(one, of: 3) == 3)
        #expect(admitted(two, of: 3) == 1)
        #expect(admitted(other, of: 5) == 4)
    }

    @Test func `who reconnects finds the bucket that they left, until it is full again`() throws {
        let accounts = accounts(try rate("10:5"))
        for _ in 0..<100 {
            let share = accounts.open(1000).share
            clock.advance(milliseconds: 1)
            _ = admitted(share, of: 1)
        }
        #expect(accounts.knownCount == 1)
        #expect(admitted(accounts.open(1000).share, of: 5) == 0)
        // Five calls and one at the most are refilled by now.
        clock.advance(milliseconds: 700)
        #expect(admitted(accounts.open(1000).share, of: 10) == 5)
        clock.advance(milliseconds: 700)
        _ = accounts.open(1001).share
        #expect(accounts.knownCount == 0)
    }

    @Test func `users without a connection are forgotten at once when nothing is to be remembered`() {
        let accounts = accounts(PeerLimits())
        for uid in 0..<UInt32(1000) { _ = accounts.open(uid).share }
        #expect(accounts.knownCount == 0)
        let share = accounts.open(5).share
        #expect(accounts.knownCount == 1)
        #expect(share.account.uid == 5)
    }

    @Test func `the users who are remembered are bounded, and who is connected is among them`() throws {
        let accounts = accounts(try rate("1:1000"))
        let held = accounts.open(1).share
        #expect(admitted(held, of: 2000) == 1000)
        for uid in 2..<UInt32(20_000) {
            _ = admitted(accounts.open(uid).share, of: 10)
            #expect(accounts.knownCount <= PeerAccounts.rememberedCountMax + 2)
        }
        #expect(accounts.open(1).share.admit(at: clock.now) != nil)
        #expect(admitted(accounts.open(19_999).share, of: 1000) == 990)
    }

    @Test func `without limits everything is admitted, counted and given back`() {
        let accounts = accounts(PeerLimits())
        let shares = (0..<100).map { _ in accounts.open(1000) }
        #expect(shares.allSatisfy { $0.refusal == nil })
        #expect(admitted(shares[0].share, of: 1000) == 1000)
        #expect((0..<1000).allSatisfy { _ in shares[0].share.park() == nil })
        #expect(shares[1].share.account.inFlightCallCount == 1000)
    }

    @Test func `calls that wait are bounded over all connections of a user`() throws {
        let accounts = accounts(PeerLimits(inFlightCallCountMax: 3))
        let (one, two) = (accounts.open(1000).share, accounts.open(1000).share)
        #expect([one.park(), one.park(), two.park()].allSatisfy { $0 == nil })
        let refusal = try #require(two.park())
        #expect(refusal.code == .resourceExhausted)
        #expect(
            refusal.message
                == "3 calls of uid 1000 wait already, the most for one user; wait for some, or raise "
                + "--in-flight-per-uid")
        #expect(accounts.open(1001).share.park() == nil)
        one.unpark()
        #expect(two.park() == nil)
        #expect(one.account.inFlightCallCount == 3)
    }

    @Test func `a connection that ends gives back what it had in flight`() throws {
        let accounts = accounts(PeerLimits(inFlightCallCountMax: 3))
        let kept = accounts.open(1000).share
        do {
            let share = accounts.open(1000).share
            #expect((0..<3).allSatisfy { _ in share.park() == nil })
            #expect(kept.park() != nil)
        }
        #expect(kept.account.inFlightCallCount == 0)
        #expect((0..<3).allSatisfy { _ in kept.park() == nil })
    }

    @Test func `connections of a user are bounded; one too many is told so and does not count`() throws {
        let accounts = accounts(PeerLimits(connectionCountMax: 2))
        var held = [accounts.open(1000).share, accounts.open(1000).share]
        let third = accounts.open(1000)
        let refusal = try #require(third.refusal)
        #expect(refusal.code == .resourceExhausted)
        #expect(
            refusal.message
                == "uid 1000 has its 2 connections; close some, share one connection among threads, or raise "
                + "--connections-per-uid")
        #expect(accounts.open(1001).refusal == nil)
        held.removeLast()
        let fourth = accounts.open(1000)
        #expect(fourth.refusal == nil)
        #expect(accounts.open(1000).refusal != nil)
        withExtendedLifetime((held, third, fourth)) {}
    }

    @Test func `many threads together get what one would, and everything is given back`() throws {
        var limits = try rate("1:1000")
        limits.inFlightCallCountMax = 8
        let accounts = accounts(limits)
        let admitted = Atomic<Int>(0)
        let overBound = Atomic<Int>(0)
        let kept = accounts.open(1000).share
        let now = clock.now
        let threads = try (0..<4).map { _ in
            try SystemThread(name: "caller") {
                for _ in 0..<500 {
                    let share = accounts.open(1000).share
                    for _ in 0..<4 where share.admit(at: now) == nil {
                        admitted.wrappingAdd(1, ordering: .relaxed)
                    }
                    if share.park() == nil {
                        // Others may be above for a moment: they are on their way to being refused.
                        if share.account.inFlightCallCount > 8 + 3 { overBound.wrappingAdd(1, ordering: .relaxed) }
                        share.unpark()
                    }
                    _ = share.park()
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(admitted.load(ordering: .relaxed) == 1000)
        #expect(overBound.load(ordering: .relaxed) == 0)
        #expect(kept.account.inFlightCallCount == 0)
    }

    @Test(arguments: [
        ("500", 500, 1000), ("1", 1, 2), ("500:2000", 500, 2000), ("1000000", 1_000_000, 1_000_000), ("3:1", 3, 1),
    ])
    func `a rate is read with or without its burst`(text: String, perSecond: Int, burst: Int) throws {
        let rate = try #require(PeerLimits.Rate(text: text))
        #expect(rate.perSecond == perSecond)
        #expect(rate.burst == burst)
    }

    @Test(arguments: [
        "", "0", "-1", "1000001", ":", "5:", ":5", "5:0", "5:1000001", "5:5:5", "5.5", "many", "9999999999999999999999",
    ])
    func `what is no rate is none`(text: String) {
        #expect(PeerLimits.Rate(text: text) == nil)
    }
}
