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
