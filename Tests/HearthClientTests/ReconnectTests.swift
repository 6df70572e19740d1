import Glibc
import HearthClient
import HearthCore
import HearthTestSupport
import Synchronization
import Testing

/// What happens to calls when the server goes away and comes back.
struct ReconnectTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("s")
    }

    private func client(
        timeout: Duration = .seconds(30), waitsForServer: Bool = true, repeatsCalls: Bool = true
    ) -> HearthClient {
        var configuration = HearthClient.Configuration(socketPath: path)
        configuration.timeout = timeout
        configuration.waiting = .block
        configuration.waitsForServer = waitsForServer
        configuration.repeatsCalls = repeatsCalls
        return HearthClient(configuration)
    }

    @Test func `a call whose connection broke is made again on a fresh one`() throws {
        let server = try WireServer(path) { call in
            call.connection == 0 ? .hangUp : .answer(Answers.prediction(call))
        }
        defer { server.stop() }
        #expect(try client().predict(model: "a", rows: [3]).outputs.first?.values == [3])
        #expect(server.count.connections == 2)
        #expect(server.count.calls == 2)
    }

    @Test func `a call that changes something is not made again once it was sent`() throws {
        let server = try WireServer(path) { _ in .hangUp }
        defer { server.stop() }
        let error = #expect(throws: HearthError.self) { _ = try client().promote(model: "a", version: "b") }
        #expect(error?.code == .unavailable)
        #expect(error?.origin == .connection)
        #expect(server.count.calls == 1)
    }

    @Test func `a call that changes something waits for a server that is not there yet`() throws {
        let client = client()
        let result = PromoteResult()
        let thread = try SystemThread(name: "caller") {
            let change = try? client.promote(model: "a", version: "b")
            result.change.withLock { $0 = change }
        }
        let server = try WireServer(path) { _ in .answer(Answers.pointer) }
        defer { server.stop() }
        thread.join()
        #expect(result.change.withLock { $0?.modelVersion } == "forest_2")
    }

    @Test func `clients recover by themselves within a second when the server is started anew`() throws {
        let next = NextServer()
        let path = path
        // At its second call the first server is killed, and only then is the next one started.
        let first = try WireServer(path) { call in
            guard call.index > 0 else { return .answer(Answers.prediction(call, version: "before")) }
            unsafe unlink(path)
            let server = try? WireServer(path) { .answer(Answers.prediction($0, version: "after")) }
            next.server.withLock { $0 = server }
            return .hangUp
        }
        defer { first.stop() }
        defer { next.server.withLock { $0?.stop() } }
        let predictor = client().predictor(for: "a")
        #expect(try predictor.predict([1]).modelVersion == "before")
        let began = Deadline.now()
        #expect(try predictor.predict([1]).modelVersion == "after")
        #expect(Deadline.now() - began < 20_000_000_000)
    }

    @Test func `a server that is stopping is asked again until the next one answers`() throws {
        let server = try WireServer(path) { call in
            call.index < 3 ? .error(.unavailable, "the server is stopping") : .answer(Answers.prediction(call))
        }
        defer { server.stop() }
        #expect(try client().predict(model: "a", rows: [1]).rowCount == 1)
        #expect(server.count.calls == 4)
        #expect(server.count.connections == 4)
    }

    @Test func `other answers are not asked again`() throws {
        for code in StatusCode.allCases where code != .ok && code != .unavailable {
            let server = try WireServer(path) { _ in .error(code, "no") }
            let error = #expect(throws: HearthError.self) { _ = try client().stats() }
            #expect(error?.code == code)
            #expect(server.count.calls == 1)
            server.stop()
        }
    }

    @Test func `a server that never comes is given up at the deadline, with the mend`() {
        let began = Deadline.now()
        let error = #expect(throws: HearthError.self) { _ = try client(timeout: .milliseconds(80)).stats() }
        let took = Deadline.now() - began
        #expect(error?.code == .unavailable)
        #expect(error?.message == "cannot connect to \(path): No such file or directory")
        #expect(error?.hint.contains("hearthd --socket \(path)") == true)
        #expect(took > 30_000_000 && took < 20_000_000_000)
    }

    @Test func `when the time ends over repeated attempts, the error says what the attempt before was told`() throws {
        let server = try WireServer(path) { $0.connection == 0 ? .error(.unavailable, "the store is away") : .silence }
        defer { server.stop() }
        let error = #expect(throws: HearthError.self) { _ = try client(timeout: .milliseconds(300)).stats() }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.message.hasSuffix("; the attempt before: the store is away") == true, "\(error?.message ?? "")")
    }

    @Test func `without waiting, a missing server fails at once`() {
        let began = Deadline.now()
        let error = #expect(throws: HearthError.self) { _ = try client(waitsForServer: false).stats() }
        #expect(error?.code == .unavailable)
        #expect(Deadline.now() - began < 20_000_000_000)
    }

    @Test func `without repeating, a broken connection is seen`() throws {
        let server = try WireServer(path) { call in
            call.connection == 0 ? .hangUp : .answer(Answers.prediction(call))
        }
        defer { server.stop() }
        let client = client(repeatsCalls: false)
        let error = #expect(throws: HearthError.self) { _ = try client.stats() }
        #expect(error?.origin == .connection)
        #expect(server.count.calls == 1)
        // The next call has a fresh connection.
        #expect(try client.predict(model: "a", rows: [1]).rowCount == 1)
    }

    @Test func `a socket file without a server is told apart from a refused one`() throws {
        let server = try WireServer(path) { _ in .silence }
        server.stop()
        let error = #expect(throws: HearthError.self) { _ = try client(waitsForServer: false).stats() }
        #expect(error?.message.hasPrefix("cannot connect to") == true)
    }
}

/// What a call on another thread came to.
private final class PromoteResult: Sendable {
    let change = Mutex<PointerChange?>(nil)
}

/// The server that takes the place of another.
private final class NextServer: Sendable {
    let server = Mutex<WireServer?>(nil)
}
