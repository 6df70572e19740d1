import HearthClient
import HearthCore
import HearthTestSupport
import HearthWire
import Synchronization
import Testing

/// Async calls that share connections.
struct AsyncTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("s")
    }

    private func client(connections: Int = 1, timeout: Duration = .seconds(120)) -> HearthClient {
        var configuration = HearthClient.Configuration(socketPath: path)
        configuration.timeout = timeout
        configuration.sharedConnectionCount = connections
        return HearthClient(configuration)
    }

    @Test func `many calls share one connection and each gets its own answer`() async throws {
        let server = try WireServer(path) { .answer(Answers.prediction($0)) }
        defer { server.stop() }
        let client = client()
        try await withThrowingTaskGroup(of: (Double, Double?).self) { group in
            for index in 0..<500 {
                group.addTask {
                    let value = Double(index)
                    return (value, try await client.predict(model: "a", rows: [value]).outputs.first?.values.first)
                }
            }
            for try await (asked, answered) in group { #expect(asked == answered) }
        }
        #expect(server.count.connections == 1)
        #expect(server.count.calls == 500)
    }

    @Test func `calls are on the way together, and answers may come in any order`() async throws {
        // The server answers only when all twenty wait: calls one by one would never end.
        let server = try WireServer(path) { call in
            .heldUntil(count: 20, answer: Answers.prediction(call))
        }
        defer { server.stop() }
        let client = client()
        try await withThrowingTaskGroup(of: (Double, Double?).self) { group in
            for index in 0..<20 {
                group.addTask {
                    let value = Double(index)
                    return (value, try await client.predict(model: "a", rows: [value]).outputs.first?.values.first)
                }
            }
            for try await (asked, answered) in group { #expect(asked == answered) }
        }
        #expect(server.count.connections == 1)
    }

    @Test func `each call has its own deadline`() async throws {
        let server = try WireServer(path) { call in
            call.index == 0 ? .silence : .answer(Answers.prediction(call))
        }
        defer { server.stop() }
        let client = client()
        await #expect(throws: HearthError.self) {
            _ = try await client.predict(model: "a", rows: [1], timeout: .milliseconds(40))
        }
        let prediction = try await client.predict(model: "a", rows: [2])
        #expect(prediction.outputs.first?.values == [2])
        #expect(server.count.connections == 1)
    }

    @Test func `a cancelled task's call ends at once`() async throws {
        let (arrived, tell) = AsyncStream.makeStream(of: Void.self)
        let server = try WireServer(path) { _ in
            tell.yield()
            return .silence
        }
        defer { server.stop() }
        let client = client(timeout: .seconds(600))
        let task = Task { try await client.predict(model: "a", rows: [1]) }
        for await _ in arrived { break }
        task.cancel()
        let result = await task.result
        #expect(throws: HearthError.self) { try result.get() }
        if case .failure(let error as HearthError) = result { #expect(error.code == .cancelled) }
    }

    @Test func `when the connection breaks, what changes nothing is made again`() async throws {
        let server = try WireServer(path) { call in
            call.connection == 0 && call.index == 5 ? .hangUp : .answer(Answers.prediction(call))
        }
        defer { server.stop() }
        let client = client()
        try await withThrowingTaskGroup(of: Double?.self) { group in
            for index in 0..<50 {
                group.addTask {
                    try await client.predict(model: "a", rows: [Double(index)]).outputs.first?.values.first
                }
            }
            var sum = 0.0
            for try await value in group { sum += value ?? .nan }
            #expect(sum == Double((0..<50).reduce(0, +)))
        }
        #expect(server.count.connections == 2)
    }

    @Test func `when the connection breaks, what changes something fails`() async throws {
        let server = try WireServer(path) { _ in .hangUp }
        defer { server.stop() }
        let client = client()
        await #expect(throws: HearthError.self) { _ = try await client.promote(model: "a", version: "b") }
        #expect(server.count.calls == 1)
    }

    @Test func `closing the client fails the calls on their way`() async throws {
        let (arrived, tell) = AsyncStream.makeStream(of: Void.self)
        let server = try WireServer(path) { _ in
            tell.yield()
            return .silence
        }
        defer { server.stop() }
        let client = client(timeout: .seconds(600))
        let task = Task { try await client.stats() }
        for await _ in arrived { break }
        client.close()
        let result = await task.result
        if case .failure(let error as HearthError) = result {
            #expect(error.code == .cancelled)
        } else {
            Issue.record("\(result)")
        }
        await #expect(throws: HearthError.self) { _ = try await client.stats() }
    }

    @Test func `what the server answers instead is thrown`() async throws {
        let server = try WireServer(path) { _ in .error(.permissionDenied, "not yours") }
        defer { server.stop() }
        let client = client()
        do {
            _ = try await client.promote(model: "a", version: "b")
            Issue.record("no error")
        } catch {
            #expect(error.code == .permissionDenied)
            #expect(error.message == "not yours")
        }
    }

    @Test func `a watch reports events until the server ends it`() async throws {
        var event = WatchEvent()
        event.modelName = "forest.a"
        event.kind = "swapped"
        event.modelVersion = "forest_2"
        let bytes = Answers.message(event)
        let server = try WireServer(path) { call in
            #expect(call.timeoutNanoseconds == 0)
            return .stream([bytes, bytes, bytes])
        }
        defer { server.stop() }
        var events: [ModelEvent] = []
        for try await event in client().watch() { events.append(event) }
        #expect(events.map(\.kind) == ["swapped", "swapped", "swapped"])
        #expect(events.first?.modelVersion == "forest_2")
        var count = 0
        try client().watch { _ in count += 1 }
        #expect(count == 3)
    }

    @Test func `a watch ends when its task is cancelled`() async throws {
        let (arrived, tell) = AsyncStream.makeStream(of: Void.self)
        let server = try WireServer(path) { _ in
            tell.yield()
            return .silence
        }
        defer { server.stop() }
        let client = client()
        let task = Task {
            var count = 0
            for try await _ in client.watch() { count += 1 }
            return count
        }
        for await _ in arrived { break }
        task.cancel()
        #expect(try await task.value == 0)
    }

    @Test func `a watch whose connection breaks throws`() async throws {
        let server = try WireServer(path) { _ in .hangUp }
        defer { server.stop() }
        await #expect(throws: HearthError.self) {
            for try await _ in client().watch() {}
        }
    }
}
