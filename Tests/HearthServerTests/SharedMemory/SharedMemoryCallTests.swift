import Glibc
import HearthCore
import HearthModel
import HearthServer
import HearthTestSupport
import HearthWire
import Testing

/// `ModelInfer` with tensors in shared memory, and the calls around it, over both lanes.
@Suite struct SharedMemoryCallTests {
    private typealias Place = InferRequests.Place

    private let folder: TemporaryFolder
    private let shelf: ModelShelf
    private let server: TestServer
    private let definition = SampleModels.isolationForest(seed: 3, trees: 100, columns: 8)

    init() throws {
        folder = try TemporaryFolder()
        shelf = try ModelShelf()
        try shelf.publish(definition, series: ServedForest.series, promotes: true)
        server = try TestServer(shelf: shelf, sharedMemoryDirectory: folder.path)
    }

    private static func rows(_ count: Int, columns: Int = 8) -> [Double] {
        var random = SplitMix64(seed: 5)
        return (0..<count * columns).map { _ in Double(Float.random(in: -3..<3, using: &random)) }
    }

    private func register(
        _ client: LaneClient, _ file: SharedFile, name: String = "region", offset: UInt64 = 0, byteCount: Int
    ) {
        let region = OpenInference.SharedMemoryRegion(
            name: name, key: file.key, offset: offset, byteSize: UInt64(byteCount))
        let reply = client.control(.sharedMemoryRegister, region)
        #expect(reply.code == nil || reply.code == .ok, "\(reply.message)")
    }

    private func infer(_ client: LaneClient, _ request: [UInt8]) throws -> InferAnswer {
        let reply = client.call(.modelInfer, request)
        #expect(reply.code == nil || reply.code == .ok, "\(reply.message)")
        return try #require(InferAnswer(reply.payload))
    }

    // MARK: - Regions

    @Test(arguments: TestLane.allCases)
    func `regions are registered, told of and forgotten`(lane: TestLane) throws {
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let file = try SharedFile([UInt8](repeating: 1, count: 64), in: folder)
        register(client, file, offset: 8, byteCount: 56)
        let expected = OpenInference.SharedMemoryRegion(name: "region", key: "/rows", offset: 8, byteSize: 56)
        let told: OpenInference.SharedMemoryStatusResponse? =
            client.control(.sharedMemoryStatus, OpenInference.SharedMemoryName()).control()
        #expect(told?.regions == [expected])
        // Registered with one connection, seen with another.
        let other = try LaneClient(lane, socketPath: server.socketPath)
        #expect(
            other.control(.sharedMemoryStatus, OpenInference.SharedMemoryName(name: "region")).control() == told)
        _ = other.control(.sharedMemoryUnregister, OpenInference.SharedMemoryName(name: "region"))
        #expect(
            client.control(.sharedMemoryStatus, OpenInference.SharedMemoryName(name: "region")).code == .notFound)
        let metadata: OpenInference.ServerMetadataResponse? =
            client.control(.serverMetadata, OpenInference.Empty()).control()
        #expect(metadata?.extensions.contains("system_shared_memory") == true)
    }

    @Test(arguments: TestLane.allCases)
    func `a server without the option says how to get it`(lane: TestLane) throws {
        let plain = try ServedForest().server()
        let client = try LaneClient(lane, socketPath: plain.socketPath)
        let off = "shared memory is off; start hearthd with --shared-memory, or send tensors in messages"
        let region = OpenInference.SharedMemoryRegion(name: "region", key: "/rows", byteSize: 64)
        #expect(client.control(.sharedMemoryRegister, region) == .refused(.unimplemented, off))
        for route in [Route.sharedMemoryStatus, .sharedMemoryUnregister] {
            #expect(client.control(route, OpenInference.SharedMemoryName()) == .refused(.unimplemented, off))
        }
        let metadata: OpenInference.ServerMetadataResponse? =
            client.control(.serverMetadata, OpenInference.Empty()).control()
        #expect(metadata?.extensions.contains("system_shared_memory") == false)
        #expect(
            client.call(.modelInfer, InferRequests.shared(shape: [1, 4], Place(byteCount: 32)))
                == .refused(
                    .unimplemented,
                    "input 'input' is in shared memory, which is off; start hearthd with --shared-memory, or send tensors "
                        + "in messages"))
    }

    // MARK: - Inference

    @Test(arguments: TestLane.allCases, [1, 3, 3000])
    func `a matrix in shared memory is answered with the bits of the kernel`(lane: TestLane, count: Int) throws {
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let rows = Self.rows(count)
        let expected = try ModelShelf.expected(definition, rows: rows)
        let file = try SharedFile(of: [0] + rows, in: folder)
        register(client, file, byteCount: 8 + rows.count * 8)
        let answer = try infer(
            client, InferRequests.shared(shape: [count, 8], Place(byteCount: rows.count * 8, offset: 8)))
        #expect(answer.id == "shared")
        #expect(answer.rawCount == 3)
        #expect(answer.outputs[0].numbers(Double.self) == Array(expected[..<count]))
        #expect(answer.outputs[1].numbers(Double.self) == Array(expected[count..<2 * count]))
        let floats = try SharedFile(of: rows.map(Float.init), key: "/floats", in: folder)
        register(client, floats, name: "floats", byteCount: rows.count * 4)
        let narrow = try infer(
            client,
            InferRequests.shared(
                datatype: "FP32", shape: [count, 8], Place(region: "floats", byteCount: rows.count * 4)))
        #expect(narrow.outputs == answer.outputs)
    }

    @Test(arguments: TestLane.allCases, [2, 3000])
    func `outputs are put where they are wanted, and the reply says how much`(lane: TestLane, count: Int) throws {
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let rows = Self.rows(count)
        let expected = try ModelShelf.expected(definition, rows: rows)
        let file = try SharedFile(of: rows, in: folder)
        register(client, file, byteCount: rows.count * 8)
        let results = try SharedFile([UInt8](repeating: 0xEE, count: count * 16 + 32), key: "/results", in: folder)
        register(client, results, name: "results", offset: 8, byteCount: count * 16 + 16)
        let answer = try infer(
            client,
            InferRequests.shared(
                shape: [count, 8], Place(byteCount: rows.count * 8),
                outputs: [
                    ("predict", Place(region: "results", byteCount: count * 8 + 8, offset: count * 8)),
                    ("decision_function", nil), ("score_samples", Place(region: "results", byteCount: count * 8)),
                ]))
        #expect(answer.outputs.map(\.name) == ["predict", "decision_function", "score_samples"])
        #expect(answer.outputs.map(\.shape) == [[UInt64(count)], [UInt64(count)], [UInt64(count)]])
        // One raw entry for each output, so that clients which count find the one that was sent.
        #expect(answer.rawCount == 3)
        #expect(answer.outputs[0].elements.isEmpty)
        #expect(answer.outputs[1].numbers(Double.self) == Array(expected[count..<2 * count]))
        #expect(answer.outputs.map(\.parameterCount) == [3, 0, 2])
        #expect(try results.numbers(Double.self, from: 8, count: count) == Array(expected[..<count]))
        #expect(
            try results.numbers(Int64.self, from: 8 + count * 8, count: count)
                == expected[(2 * count)...].map { Int64($0) })
        let bytes = try results.bytes()
        #expect(bytes.prefix(8).allSatisfy { $0 == 0xEE })
        #expect(bytes.dropFirst(8 + count * 16).allSatisfy { $0 == 0xEE })
    }

    @Test(arguments: [2, 3000])
    func `an output that does not fit is refused and nothing is written`(count: Int) throws {
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        let rows = Self.rows(count)
        let file = try SharedFile(of: rows, in: folder)
        register(client, file, byteCount: rows.count * 8)
        let results = try SharedFile([UInt8](repeating: 0xEE, count: count * 16), key: "/results", in: folder)
        register(client, results, name: "results", byteCount: count * 16)
        let reply = client.call(
            .modelInfer,
            InferRequests.shared(
                shape: [count, 8], Place(byteCount: rows.count * 8),
                outputs: [
                    ("score_samples", Place(region: "results", byteCount: count * 8)),
                    ("predict", Place(region: "results", byteCount: count * 8 - 1, offset: count * 8)),
                ]))
        #expect(
            reply
                == .refused(
                    .invalidArgument,
                    "output 'predict' of \(count) rows has \(count * 8) bytes; its place in shared memory has "
                        + "\(count * 8 - 1): make it larger, or send fewer rows"))
        #expect(try results.bytes().allSatisfy { $0 == 0xEE })
    }

    // MARK: - What goes wrong

    @Test(arguments: TestLane.allCases)
    func `places that are in no region are refused`(lane: TestLane) throws {
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let file = try SharedFile(of: Self.rows(2), in: folder)
        register(client, file, byteCount: 128)
        #expect(
            client.call(.modelInfer, InferRequests.shared(shape: [1, 8], Place(region: "none", byteCount: 64))).code
                == .notFound)
        for offset in [65, 1 << 62, Int.max] {
            #expect(
                client.call(.modelInfer, InferRequests.shared(shape: [1, 8], Place(byteCount: 64, offset: offset)))
                    == .refused(
                        .invalidArgument,
                        "input 'input' is 64 bytes from offset \(offset) of shared memory region 'region', which has "
                            + "128"))
        }
        let output = Place(byteCount: 129)
        let reply = client.call(
            .modelInfer,
            InferRequests.shared(shape: [1, 8], Place(byteCount: 64), outputs: [("score_samples", output)]))
        #expect(reply.code == .invalidArgument)
        #expect(reply.message.hasPrefix("output 'score_samples' is 129 bytes from offset 0"))
    }

    @Test(arguments: TestLane.allCases, [1, 3000])
    func `a file that was truncated fails its call, and the server goes on`(lane: TestLane, count: Int) throws {
        let client = try LaneClient(lane, socketPath: server.socketPath)
        let rows = Self.rows(count)
        let file = try SharedFile(of: rows, in: folder)
        register(client, file, byteCount: rows.count * 8)
        let request = InferRequests.shared(
            shape: [count, 8], Place(byteCount: rows.count * 8),
            outputs: [("score_samples", Place(byteCount: count * 8))])
        _ = try infer(client, request)
        try file.truncate(to: 40)
        #expect(
            client.call(.modelInfer, request)
                == .refused(
                    .failedPrecondition,
                    "shared memory region 'region' is not whole any more: 40 of \(rows.count * 8) bytes could be read "
                        + "from '/rows'; leave the file as long as it was while the region is registered"))
        let good = try SharedFile(of: rows, key: "/good", in: folder)
        register(client, good, name: "good", byteCount: rows.count * 8)
        // Room for results that is gone is not made again by writing there.
        let half = client.call(
            .modelInfer,
            InferRequests.shared(
                shape: [count, 8], Place(region: "good", byteCount: rows.count * 8),
                outputs: [("score_samples", Place(byteCount: count * 8, offset: rows.count * 8 - count * 8))]))
        #expect(half.code == .failedPrecondition)
        #expect(try file.bytes().count == 40)
        let sent = try infer(
            client, InferRequests.shared(shape: [count, 8], Place(region: "good", byteCount: rows.count * 8)))
        #expect(
            sent.outputs[0].numbers(Double.self)
                == Array(try ModelShelf.expected(definition, rows: rows)[..<count]))
    }

    @Test func `regions that come and go while calls run fail some of them and harm nothing`() throws {
        let caller = try LaneClient(.fast, socketPath: server.socketPath)
        let other = try LaneClient(.fast, socketPath: server.socketPath)
        let rows = Self.rows(3000)
        let expected = Array(try ModelShelf.expected(definition, rows: rows)[..<3000])
        let file = try SharedFile(of: rows, in: folder)
        for round in 0..<40 {
            register(other, file, byteCount: rows.count * 8)
            let stream = caller.start(
                .modelInfer,
                InferRequests.shared(
                    shape: [3000, 8], Place(byteCount: rows.count * 8),
                    outputs: round % 2 == 0 ? [] : [("score_samples", nil)]))
            _ = other.control(.sharedMemoryUnregister, OpenInference.SharedMemoryName())
            let reply = caller.finish(stream)
            if reply.code == .notFound { continue }
            let answer = try #require(InferAnswer(reply.payload), "\(reply)")
            #expect(answer.outputs[0].numbers(Double.self) == expected)
        }
        register(other, file, byteCount: rows.count * 8)
        let answer = try infer(
            caller, InferRequests.shared(shape: [3000, 8], Place(byteCount: rows.count * 8)))
        #expect(answer.outputs[0].numbers(Double.self) == expected)
    }

    @Test func `more rows than a reply holds are answered when the outputs are in shared memory`() throws {
        let many = 200_000
        let small = SampleModels.isolationForest(seed: 3, trees: 1, columns: 1)
        let shelf = try ModelShelf()
        try shelf.publish(small, series: "small", promotes: true)
        let server = try TestServer(shelf: shelf, sharedMemoryDirectory: folder.path)
        let client = try LaneClient(.fast, socketPath: server.socketPath)
        let rows = Self.rows(many, columns: 1)
        let file = try SharedFile(of: rows, in: folder)
        register(client, file, byteCount: many * 8)
        func request(_ place: Place?) -> [UInt8] {
            InferRequests.shared(
                model: "isolation_forest.small", shape: [many, 1], Place(byteCount: many * 8),
                outputs: [("score_samples", place)])
        }
        #expect(client.call(.modelInfer, request(nil)).code == .resourceExhausted)
        _ = try infer(client, request(Place(byteCount: many * 8)))
        #expect(
            try file.numbers(Double.self, from: 0, count: many)
                == Array(try ModelShelf.expected(small, rows: rows)[..<many]))
    }
}
