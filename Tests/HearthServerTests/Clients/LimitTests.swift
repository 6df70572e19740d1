import HearthCore
import HearthServer
import HearthWire
import Testing

/// What a limit means on the fast lane beyond what `Lanes/SharedLimitTests.swift` tests of every lane.
@Suite struct LimitTests {
    @Test func `the refusal of a connection too many waits for the whole call, or nobody would read it`() throws {
        let forest = try ServedForest()
        var limits = ServerLimits()
        limits.connectionCountMax = 1
        let server = try forest.server(limits)
        let first = try server.rawClient()
        first.send(Frames.predict())
        #expect(first.nextFrame()?.score == forest.score)
        let second = try server.rawClient()
        let call = Frames.predict(stream: 7)
        second.send(Array(call[..<5]))
        second.send(Array(call[5...]))
        let refusal = try #require(second.nextFrame())
        #expect(refusal.streamID == 7)
        #expect(refusal.code == .resourceExhausted)
        #expect(second.isClosedByServer())
    }
}
