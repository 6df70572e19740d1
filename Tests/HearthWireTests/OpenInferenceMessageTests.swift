import CHearthMessages
import HearthCore
import HearthTestSupport
import HearthWire
import Testing

/// Every message of the Open Inference Protocol but those of inference itself goes out and comes back the same.
struct OpenInferenceMessageTests {
    private static func packed<Message: ControlMessage>(_ message: Message) -> [UInt8] {
        message.pack(in: Arena(capacity: 64)) { $0.array }
    }

    private static func roundTrip<Message: ControlMessage & Equatable>(_ message: Message) {
        let bytes = packed(message)
        #expect(bytes.withView { Message.unpack($0, in: Arena(capacity: 64)) } == message)
        for length in 0..<bytes.count {
            _ = Array(bytes.prefix(length)).withView { Message.unpack($0, in: Arena(capacity: 64)) }
        }
    }

    @Test func `requests come back the same`() {
        Self.roundTrip(OpenInference.Empty())
        Self.roundTrip(OpenInference.ModelRequest())
        Self.roundTrip(OpenInference.ModelRequest(name: "forest.größe", version: "id_1"))
        Self.roundTrip(OpenInference.RepositoryIndexRequest(repositoryName: "r", ready: true))
        Self.roundTrip(
            OpenInference.RepositoryModelRequest(
                repositoryName: "", modelName: "forest.a",
                parameters: [
                    .init(name: "config", value: .string("{}")),
                    .init(name: "file:1/model.pkl", value: .bytes(count: 9)),
                    .init(name: "unload_dependents", value: .bool(true)), .init(name: "n", value: .int64(.min)),
                    .init(name: "", value: .none),
                ]))
        Self.roundTrip(OpenInference.SharedMemoryName())
        Self.roundTrip(OpenInference.SharedMemoryName(name: "bölge"))
        Self.roundTrip(
            OpenInference.SharedMemoryRegion(name: "in", key: "/rows", offset: .max, byteSize: 1 << 40))
    }

    @Test func `answers come back the same`() {
        Self.roundTrip(OpenInference.FlagResponse(true))
        Self.roundTrip(OpenInference.FlagResponse(false))
        Self.roundTrip(OpenInference.SharedMemoryStatusResponse())
        Self.roundTrip(
            OpenInference.SharedMemoryStatusResponse(regions: [
                .init(name: "in", key: "/rows", offset: 8, byteSize: 64), .init(name: "", key: "", byteSize: 0),
            ]))
        var server = OpenInference.ServerMetadataResponse()
        server.name = "hearth"
        server.version = "0.1.0"
        server.extensions = ["model_repository", "", "statistics"]
        Self.roundTrip(server)
        let tensors = OpenInference.Datatype.allCases.enumerated().map { index, datatype in
            OpenInference.TensorMetadata(
                name: "t\(index)", datatype: datatype, shape: (0..<Int64(index)).map { $0 - 1 })
        }
        var metadata = OpenInference.ModelMetadataResponse()
        metadata.name = "forest.a"
        metadata.versions = ["id_2", "id_1"]
        metadata.platform = "hearth"
        metadata.inputs = tensors
        metadata.outputs = tensors.reversed()
        Self.roundTrip(metadata)
        var config = OpenInference.ModelConfigResponse()
        Self.roundTrip(config)
        config.name = "forest.a"
        config.platform = "hearth"
        config.backend = "hearth"
        config.maxBatchSize = -1
        config.inputs = tensors
        config.outputs = tensors.reversed()
        config.parameters = [.init(name: "model_version", value: "id_1"), .init(name: "", value: "")]
        Self.roundTrip(config)
        var statistics = OpenInference.ModelStatistics()
        statistics.name = "forest.a"
        statistics.version = "id_1"
        statistics.lastInferenceMilliseconds = .max
        statistics.inferenceCount = 5
        statistics.executionCount = 4
        statistics.success = .init(count: 1, nanoseconds: .max)
        statistics.fail = .init(count: 2, nanoseconds: 3)
        statistics.queue = .init(count: 4, nanoseconds: 5)
        statistics.computeInput = .init(count: 6, nanoseconds: 7)
        statistics.computeInfer = .init(count: 8, nanoseconds: 9)
        statistics.computeOutput = .init(count: 10, nanoseconds: 11)
        statistics.memory = [.init(type: "CPU", id: -1, byteSize: 1 << 40)]
        Self.roundTrip(OpenInference.ModelStatisticsResponse(models: [statistics, .init()]))
        var model = OpenInference.RepositoryIndexResponse.Model()
        model.name = "forest.a"
        model.version = "id_1"
        model.state = "UNAVAILABLE"
        model.reason = "checksum"
        Self.roundTrip(OpenInference.RepositoryIndexResponse(models: [model, .init()]))
    }

    @Test func `messages that share a type are the same bytes on the wire`() {
        let named = Self.packed(OpenInference.ModelRequest(name: "a", version: "b"))
        #expect(named == [0x0A, 1, 0x61, 0x12, 1, 0x62])
        let versions = unsafe [
            Self.text(
                named, inference__model_ready_request__unpack, inference__model_ready_request__free_unpacked,
                { unsafe $0.version }),
            Self.text(
                named, inference__model_metadata_request__unpack, inference__model_metadata_request__free_unpacked,
                { unsafe $0.version }),
            Self.text(
                named, inference__model_config_request__unpack, inference__model_config_request__free_unpacked,
                { unsafe $0.version }),
            Self.text(
                named, inference__model_statistics_request__unpack,
                inference__model_statistics_request__free_unpacked, { unsafe $0.version }),
        ]
        #expect(versions == ["b", "b", "b", "b"])
        #expect(Self.packed(OpenInference.FlagResponse(true)) == [0x08, 1])
        let load = Self.packed(OpenInference.RepositoryModelRequest(repositoryName: "r", modelName: "a"))
        let unload = unsafe Self.text(
            load, inference__repository_model_unload_request__unpack,
            inference__repository_model_unload_request__free_unpacked, { unsafe $0.model_name })
        #expect(unload == "a")
    }

    /// A text field of what a generated function reads; nil when it reads nothing.
    private static func text<Message>(
        _ bytes: [UInt8],
        _ unpack: (UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?) -> UnsafeMutablePointer<
            Message
        >?,
        _ free: (UnsafeMutablePointer<Message>?, UnsafeMutablePointer<ProtobufCAllocator>?) -> Void,
        _ field: (Message) -> UnsafeMutablePointer<CChar>?
    ) -> String? {
        guard let message = unsafe unpack(nil, bytes.count, bytes) else { return nil }
        defer { unsafe free(message, nil) }
        return unsafe field(message.pointee).map { unsafe String(cString: $0) }
    }

    @Test func `a tensor of an unknown datatype is left out`() {
        let arena = Arena()
        // inputs { name "a", datatype "COMPLEX" }, inputs { name "b", datatype "FP64" }
        let bytes: [UInt8] =
            [0x22, 12, 0x0A, 1, 0x61, 0x12, 7] + Array("COMPLEX".utf8) + [0x22, 9, 0x0A, 1, 0x62, 0x12, 4]
            + Array("FP64".utf8)
        let read = bytes.withView { OpenInference.ModelMetadataResponse.unpack($0, in: arena) }
        #expect(read?.inputs == [.init(name: "b", datatype: .fp64, shape: [])])
    }

    @Test func `the description of the services names all of them and the files they import`() {
        var byteCount = 0
        let start = unsafe hearth_descriptor_set(&byteCount)
        let text = unsafe String(
            decoding: UnsafeBufferPointer(start: start, count: byteCount), as: UTF8.self)
        for name in [
            "hearth/v1/inference.proto", "hearth/v1/models.proto", "inference/grpc_service.proto",
            "inference/model_config.proto", "grpc/health/v1/health.proto", "grpc/reflection/v1/reflection.proto",
            "grpc/reflection/v1alpha/reflection.proto", "GRPCInferenceService", "ServerReflectionInfo",
        ] {
            #expect(text.contains(name), "\(name)")
        }
        for route in Route.allCases { #expect(text.contains("\(route.method)"), "\(route.path)") }
    }

    @Test func `random bytes never crash a reader of these messages`() {
        var random = SeededRandom(31)
        for _ in 0..<5000 {
            let bytes = random.bytes(Int.random(in: 0...60, using: &random))
            bytes.withView { view in
                _ = OpenInference.ModelMetadataResponse.unpack(view, in: Arena(capacity: 64))
                _ = OpenInference.ModelConfigResponse.unpack(view, in: Arena(capacity: 64))
                _ = OpenInference.ModelStatisticsResponse.unpack(view, in: Arena(capacity: 64))
                _ = OpenInference.RepositoryModelRequest.unpack(view, in: Arena(capacity: 64))
                _ = OpenInference.RepositoryIndexResponse.unpack(view, in: Arena(capacity: 64))
            }
        }
    }
}
