@testable import HearthClient

import HearthTestSupport
import Synchronization
import Testing

/// Stream ids are odd, go up, and are never used up on one connection.
struct StreamIDTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("s")
    }

    private func client(firstStreamID: UInt32) -> HearthClient {
        var configuration = HearthClient.Configuration(socketPath: path)
        configuration.timeout = .seconds(10)
        configuration.sharedConnectionCount = 1
        configuration.firstStreamID = firstStreamID
        return HearthClient(configuration)
    }

    @Test func `ids are odd and go up by two`() throws {
        let seen = Mutex<[UInt32]>([])
        let server = try WireServer(path) { call in
            seen.withLock { $0.append(call.streamID) }
            return .answer(Answers.prediction(call))
        }
        defer { server.stop() }
        let predictor = client(firstStreamID: 1).predictor(for: "a")
        for _ in 0..<4 { _ = try predictor.predict([1]) }
        #expect(seen.withLock { $0 } == [1, 3, 5, 7])
    }

    @Test func `before ids run out the connection is made anew`() throws {
        let server = try WireServer(path) { .answer(Answers.prediction($0)) }
        defer { server.stop() }
        let predictor = client(firstStreamID: Connection.streamIDMax - 4).predictor(for: "a")
        for index in 0..<9 { #expect(try predictor.predict([Double(index)]).value == Double(index)) }
        #expect(server.count.connections == 3)
        #expect(server.count.calls == 9)
    }

    @Test func `async calls move to a new connection before ids run out`() async throws {
        let server = try WireServer(path) { .answer(Answers.prediction($0)) }
        defer { server.stop() }
        let client = client(firstStreamID: Connection.streamIDMax - 4)
        try await withThrowingTaskGroup(of: Double?.self) { group in
            for index in 0..<30 {
                group.addTask {
                    try await client.predict(model: "a", rows: [Double(index)]).outputs.first?.values.first
                }
            }
            var sum = 0.0
            for try await value in group { sum += value ?? .nan }
            #expect(sum == Double((0..<30).reduce(0, +)))
        }
        #expect(server.count.connections == 10)
    }
}

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
