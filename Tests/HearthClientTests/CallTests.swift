import HearthClient
import HearthCore
import HearthTestSupport
import HearthWire
import Synchronization
import Testing

/// Calls on the calling thread.
struct CallTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("s")
    }

    private func client(timeout: Duration = .seconds(30)) -> HearthClient {
        var configuration = HearthClient.Configuration(socketPath: path)
        configuration.timeout = timeout
        configuration.waiting = .block
        return HearthClient(configuration)
    }

    @Test(arguments: ["block", "spin:200", "adaptive"])
    func `a prediction comes back whole, whatever the waiting`(waiting: String) throws {
        let server = try WireServer(path) { .answer(Answers.prediction($0, source: .database)) }
        defer { server.stop() }
        var configuration = HearthClient.Configuration(socketPath: path)
        configuration.waiting = try #require(WaitPolicy(waiting))
        let client = HearthClient(configuration)
        for _ in 0..<50 {
            let prediction = try client.predict(model: "forest.a", rows: [1, 2, 3.5])
            #expect(prediction.modelName == "forest.a")
            #expect(prediction.modelVersion == "forest_1")
            #expect(prediction.generation == 4)
            #expect(prediction.source == .database)
            #expect(prediction.rowCount == 1)
            #expect(prediction.output(named: "score")?.values == [6.5])
            #expect(prediction.output(named: "none") == nil)
        }
        #expect(server.count.connections == 1)
    }

    @Test func `a predictor answers, and keeps the text of a version it has seen`() throws {
        let server = try WireServer(path) { call in
            .answer(Answers.prediction(call, version: call.index < 3 ? "forest_1" : "forest_2"))
        }
        defer { server.stop() }
        let predictor = client().predictor(for: "forest.a")
        for index in 0..<6 {
            let answer = try predictor.predict([Double(index), 0.5])
            #expect(answer.modelVersion == (index < 3 ? "forest_1" : "forest_2"))
            #expect(answer.value == Double(index) + 0.5)
            #expect(answer.rowCount == 1)
            #expect(predictor.outputCount == 1)
            #expect(predictor.outputName(0) == "score")
            #expect(predictor.output(named: "score") == 0)
            #expect(predictor.value(0, at: 0) == answer.value)
        }
    }

    @Test func `what the server answers instead is thrown with its code`() throws {
        let server = try WireServer(path) { _ in .error(.notFound, "no production version of 'x'") }
        defer { server.stop() }
        let error = #expect(throws: HearthError.self) { _ = try client().predict(model: "x", rows: [1]) }
        #expect(error?.code == .notFound)
        #expect(error?.origin == .server)
        #expect(error?.message == "no production version of 'x'")
        #expect(error.map { "\($0)" } == "NOT_FOUND: no production version of 'x'")
        #expect(server.count.calls == 1)
    }

    @Test func `a code that this client does not know is UNKNOWN`() throws {
        var output = OutputBuffer(capacity: 64)
        unsafe Envelope.appendResponse(to: &output, streamID: 1, payloadByteCount: 0) { _ in }
        // A status { code: 99 } as the frame's data.
        let frame: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 1, 2, 0, 0x0A, 2, 0x08, 99]
        let server = try WireServer(path) { _ in .raw(frame) }
        defer { server.stop() }
        let error = #expect(throws: HearthError.self) { _ = try client().stats() }
        #expect(error?.code == .unknown)
    }

    @Test func `the deadline goes to the server and holds here`() throws {
        let timeouts = Mutex<[Int64]>([])
        let server = try WireServer(path) { call in
            timeouts.withLock { $0.append(call.timeoutNanoseconds) }
            return .silence
        }
        defer { server.stop() }
        let began = Deadline.now()
        let error = #expect(throws: HearthError.self) {
            _ = try client().predict(model: "a", rows: [1], timeout: .milliseconds(60))
        }
        let took = Deadline.now() - began
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.origin == .client)
        #expect(took >= 60_000_000)
        #expect(took < 20_000_000_000)
        let sent = timeouts.withLock { $0 }
        #expect(sent.count == 1)
        #expect(sent.allSatisfy { $0 > 0 && $0 <= 60_000_000 })
    }

    @Test func `an answer that comes too late is not taken for the next call's`() throws {
        let server = try WireServer(path) { call in
            guard call.index > 0 else { return .silence }
            return .lateThenAnswer(
                streamID: 1, late: Answers.score([-1], version: "late"), answer: Answers.score([2], version: "right"))
        }
        defer { server.stop() }
        let predictor = client().predictor(for: "a")
        #expect(throws: HearthError.self) { _ = try predictor.predict([1], timeout: .milliseconds(30)) }
        let answer = try predictor.predict([1])
        #expect(answer.modelVersion == "right")
        #expect(answer.value == 2)
        #expect(server.count.connections == 1)
    }

    @Test func `no time at all fails before anything is sent`() throws {
        let server = try WireServer(path) { _ in .silence }
        defer { server.stop() }
        let error = #expect(throws: HearthError.self) { _ = try client().stats(timeout: .zero) }
        #expect(error?.code == .deadlineExceeded)
        #expect(server.count.calls == 0)
    }

    @Test func `a request over the frame's cap is refused here`() throws {
        let server = try WireServer(path) { _ in .silence }
        defer { server.stop() }
        let rows = [Double](repeating: 0, count: 600_000)
        let error = #expect(throws: HearthError.self) { _ = try client().predict(model: "a", rows: rows) }
        #expect(error?.code == .resourceExhausted)
        #expect(error?.hint == "send the rows in several calls")
        #expect(server.count.calls == 0)
    }

    @Test func `an answer of nearly the cap arrives`() throws {
        let scores = (0..<500_000).map(Double.init)
        let server = try WireServer(path) { _ in .answer(Answers.score(scores, version: "large")) }
        defer { server.stop() }
        let client = client()
        #expect(try client.predict(model: "a", rows: [1]).outputs.first?.values == scores)
        #expect(try client.predict(model: "a", rows: [1]).rowCount == scores.count)
    }

    @Test func `an answer over the cap fails its call only`() throws {
        let large: [UInt8] = [0, 0x50, 0, 0, 0, 0, 0, 1, 2, 0] + [UInt8](repeating: 0, count: 0x50_0000)
        let server = try WireServer(path) { call in
            call.index == 0 ? .raw(large) : .answer(Answers.prediction(call))
        }
        defer { server.stop() }
        let client = client()
        let error = #expect(throws: HearthError.self) { _ = try client.predict(model: "a", rows: [1]) }
        #expect(error?.code == .resourceExhausted)
        #expect(try client.predict(model: "a", rows: [2]).outputs.first?.values == [2])
        #expect(server.count.connections == 1)
    }

    @Test(arguments: [[0x50, 0x52, 0x49], [0, 0, 0, 2, 0, 0, 0, 1, 2, 0, 0xFF, 0xFF]] as [[UInt8]])
    func `bytes that are no answer are DATA_LOSS`(bytes: [UInt8]) throws {
        let server = try WireServer(path) { _ in .raw(bytes) }
        defer { server.stop() }
        let error = #expect(throws: HearthError.self) { _ = try client(timeout: .milliseconds(500)).stats() }
        #expect(error?.code == .dataLoss)
    }

    @Test func `the control plane's answers are read`() throws {
        var list = ListResponse()
        var version = ModelVersionMessage()
        version.modelName = "forest.a"
        version.modelVersion = "forest_1"
        list.versions = [version]
        let answer = Answers.message(list)
        let server = try WireServer(path) { call in
            switch call.route {
            case .list: .answer(answer)
            case .promote, .rollback: .answer(Answers.pointer)
            default: .answer([])
            }
        }
        defer { server.stop() }
        let client = client()
        #expect(try client.list().versions.first?.modelVersion == "forest_1")
        let change = try client.promote(model: "forest.a", version: "forest_2")
        #expect(change.modelVersion == "forest_2")
        #expect(change.previousModelVersion == "forest_1")
        #expect(try client.rollback(model: "forest.a").generation == 5)
        #expect(try client.reload().models.isEmpty)
        #expect(try client.stats().counters.isEmpty)
        #expect(try client.get(model: "forest.a").columnCount == 0)
    }

    @Test(arguments: ["", "/tmp/" + String(repeating: "x", count: 120)])
    func `a path that no socket can have is refused with its length`(path: String) {
        let client = HearthClient(HearthClient.Configuration(socketPath: path))
        let error = #expect(throws: HearthError.self) { _ = try client.stats() }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("\(path.utf8.count) bytes") == true)
    }
}
