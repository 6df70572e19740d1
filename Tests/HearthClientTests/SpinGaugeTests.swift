@testable import HearthClient

import Testing

struct SpinGaugeTests {
    @Test func `block never polls and spin always does`() {
        var block = SpinGauge(.block, processorCount: 8)
        var spin = SpinGauge(.spin(microseconds: 20), processorCount: 1)
        for _ in 0..<100 {
            #expect(block.pollNanoseconds() == 0)
            #expect(spin.pollNanoseconds() == 20_000)
            spin.polled(answered: false)
        }
    }

    @Test func `adaptive stops polling when it is in vain, and starts again when it pays`() {
        var gauge = SpinGauge(.adaptive, processorCount: 2)
        #expect(gauge.pollNanoseconds() == SpinGauge.adaptiveNanoseconds)
        gauge.polled(answered: false)
        var polls = 0
        for _ in 0..<SpinGauge.probeInterval * 10 {
            guard gauge.pollNanoseconds() > 0 else { continue }
            polls += 1
            gauge.polled(answered: false)
        }
        #expect(polls == 10)
        // One probe that is answered brings it back.
        while gauge.pollNanoseconds() == 0 {}
        gauge.polled(answered: true)
        for _ in 0..<20 {
            #expect(gauge.pollNanoseconds() > 0)
            gauge.polled(answered: true)
        }
    }

    @Test func `adaptive leaves a processor to the server`() {
        var gauge = SpinGauge(.adaptive, processorCount: 4)
        for waiterCount in 1..<10 {
            let polls = gauge.pollNanoseconds(waiterCount: waiterCount) > 0
            #expect(polls == (waiterCount < 4))
        }
    }

    @Test func `adaptive never polls on one processor`() {
        var gauge = SpinGauge(.adaptive, processorCount: 1)
        for _ in 0..<100 { #expect(gauge.pollNanoseconds() == 0) }
    }

    @Test(arguments: ["block", "adaptive", "spin:1", "spin:1000000"])
    func `a policy reads what it prints`(text: String) {
        #expect(WaitPolicy(text)?.description == text)
    }

    @Test(arguments: ["", "Block", "spin:0", "spin:-1", "spin:1000001", "spin:x", "spin:1us"])
    func `text that is no policy is refused`(text: String) {
        #expect(WaitPolicy(text) == nil)
    }
}
