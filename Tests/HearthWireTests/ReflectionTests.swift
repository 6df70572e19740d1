import HearthCore
import HearthWire
import Testing

/// What reflection tells of the services that are compiled in.
@Suite struct ReflectionTests {
    private let index = ReflectionIndex.embedded()

    private func ask(_ request: [UInt8]) throws -> ReflectionWire.Response {
        ReflectionWire.Response(try request.withView { try index.reply(to: $0) })
    }

    private func symbol(_ name: String) throws -> ReflectionWire.Response { try ask(ReflectionWire.field(4, name)) }

    // MARK: - Answers

    @Test func `the services are those that the server answers, and no others`() throws {
        let routes = Set(Route.allCases.map { "\($0.service)" })
        #expect(try ask(ReflectionWire.field(7, "")).services == routes.sorted())
        #expect(index.services == routes.sorted())
    }

    @Test(arguments: Route.allCases) func `every call is described`(_ route: Route) throws {
        let response = try symbol("\(route.service).\(route.method)")
        #expect(response.errorMessage == nil)
        #expect(response.files?.isEmpty == false)
    }

    @Test func `no call is described that the server does not answer`() throws {
        // Methods are field 2 of a service, services field 6 of a file.
        var described: Set<String> = []
        for file in ReflectionWire.fields(1, in: ReflectionIndex.embeddedDescriptorSet.array) {
            let package = ReflectionWire.text(ReflectionWire.fields(2, in: file).first) ?? ""
            for service in ReflectionWire.fields(6, in: file) {
                let name = ReflectionWire.text(ReflectionWire.fields(1, in: service).first) ?? ""
                for method in ReflectionWire.fields(2, in: service) {
                    described.insert(
                        "\(package).\(name)/\(ReflectionWire.text(ReflectionWire.fields(1, in: method).first) ?? "")")
                }
            }
        }
        #expect(described == Set(Route.allCases.map(\.path)))
    }

    @Test(arguments: [
        "hearth.v1.Inference", "hearth.v1.Inference.Predict", "hearth.v1.PredictRequest",
        "hearth.v1.PredictRequest.values", "hearth.v1.Source",
    ]) func `a symbol is found in its file, be it service, method, message, field or enum`(_ name: String) throws {
        #expect(try symbol(name).files == ["hearth/v1/inference.proto"])
    }

    @Test func `a nested message and the values of an enum are found`() throws {
        #expect(
            try symbol("inference.ModelInferRequest.InferInputTensor").files?.first == "inference/grpc_service.proto")
        #expect(
            try symbol("grpc.health.v1.HealthCheckResponse.ServingStatus").files == ["grpc/health/v1/health.proto"])
        // As protobuf scopes it: beside the enum, not in it.
        #expect(try symbol("grpc.health.v1.HealthCheckResponse.NOT_SERVING").files == ["grpc/health/v1/health.proto"])
        #expect(
            try symbol("grpc.health.v1.HealthCheckResponse.ServingStatus.NOT_SERVING").errorCode == .notFound)
    }

    @Test func `a file comes with what it imports, each once`() throws {
        let byName = try ask(ReflectionWire.field(3, "inference/grpc_service.proto"))
        #expect(byName.files == ["inference/grpc_service.proto", "inference/model_config.proto"])
        #expect(try symbol("inference.GRPCInferenceService").files == byName.files)
        #expect(
            try ask(ReflectionWire.field(3, "inference/model_config.proto")).files == ["inference/model_config.proto"])
    }

    @Test func `files are given as they were compiled`() throws {
        let reply = try ReflectionWire.field(3, "grpc/health/v1/health.proto").withView { try index.reply(to: $0) }
        let given = ReflectionWire.fields(1, in: ReflectionWire.fields(4, in: reply)[0])
        let compiled = ReflectionWire.fields(1, in: ReflectionIndex.embeddedDescriptorSet.array)
        #expect(given.count == 1)
        #expect(compiled.contains(given[0]))
    }

    @Test func `the request and its host are repeated`() throws {
        let request = ReflectionWire.field(1, "localhost") + ReflectionWire.field(4, "hearth.v1.Models")
        let response = try ask(request)
        #expect(response.validHost == "localhost")
        #expect(response.originalRequest == request)
        #expect(try symbol("nothing").originalRequest == ReflectionWire.field(4, "nothing"))
    }

    @Test func `of several questions the last one counts, as in any oneof`() throws {
        let response = try ask(ReflectionWire.field(7, "") + ReflectionWire.field(3, "grpc/health/v1/health.proto"))
        #expect(response.services == nil)
        #expect(response.files == ["grpc/health/v1/health.proto"])
    }

    @Test func `a message has no extensions`() throws {
        let response = try ask(ReflectionWire.field(6, "hearth.v1.PredictRequest"))
        #expect(response.extensionType == "hearth.v1.PredictRequest")
        #expect(response.errorCode == nil)
    }

    // MARK: - Errors

    @Test(
        arguments: [
            (
                ReflectionWire.field(3, "a.proto"), StatusCode.notFound,
                "no file 'a.proto'; ask by symbol, or list_services"
            ),
            (
                ReflectionWire.field(4, "hearth.v1.Nothing"), .notFound,
                "no symbol 'hearth.v1.Nothing'; list_services names the services"
            ),
            (ReflectionWire.field(4, ""), .notFound, "no symbol ''; list_services names the services"),
            (
                ReflectionWire.field(5, ReflectionWire.field(1, "hearth.v1.PredictRequest") + [0x10, 0x07]), .notFound,
                "no extension 7 of 'hearth.v1.PredictRequest'; no message here has extensions"
            ),
            (
                ReflectionWire.field(6, "hearth.v1.Inference"), .notFound,
                "no message 'hearth.v1.Inference'; no message here has extensions"
            ),
            (
                [], .invalidArgument,
                "the request asks for nothing; set file_by_filename, file_containing_symbol, "
                    + "file_containing_extension, all_extension_numbers_of_type or list_services"
            ),
        ] as [([UInt8], StatusCode, String)])
    func `what is not there is told in the reply`(_ request: [UInt8], _ code: StatusCode, _ message: String) throws {
        let response = try ask(request)
        #expect(response.errorCode == code)
        #expect(response.errorMessage == message)
        #expect(response.originalRequest == request)
    }

    @Test(
        arguments: [
            [0x22], [0x22, 0x05, 0x61], [0x20, 0x01], [0x22, 0x01, 0xFF], [0x0A, 0x01, 0xC0], [0x2A, 0x02, 0x0A, 0x05],
            [0x2A, 0x02, 0x12, 0x00], [0x3B], [0x1A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        ] as [[UInt8]]) func `bytes that are no request end the stream`(_ bytes: [UInt8])
    {
        #expect(
            throws: CallFailure(
                .invalidArgument, "the payload is no grpc.reflection.v1.ServerReflectionRequest")
        ) { try ask(bytes) }
    }

    @Test func `a request that is too long is refused`() throws {
        let long = ReflectionWire.field(4, String(repeating: "a", count: 16_384))
        #expect(
            throws: CallFailure(
                .invalidArgument,
                "a reflection request of 16388 bytes found, 16384 are the most; ask for one file or symbol at a time")
        ) { try ask(long) }
        let short = try symbol(String(repeating: "a", count: 16_000))
        #expect(
            short.errorMessage == "no symbol '\(String(repeating: "a", count: 80))'; list_services names the services")
    }

    @Test func `requests cut at any length and random ones never crash`() {
        let whole =
            ReflectionWire.field(1, "host") + ReflectionWire.field(5, ReflectionWire.field(1, "a") + [0x10, 0x01])
        for count in 0...whole.count { _ = try? ask(Array(whole.prefix(count))) }
        var random = SeededRandom(11)
        for length in 0..<2000 { _ = try? ask(random.bytes(length % 64)) }
    }

    // MARK: - The index

    @Test func `bytes that are no FileDescriptorSet make no index`() {
        let set = ReflectionIndex.embeddedDescriptorSet.array
        #expect(set.withView { ReflectionIndex(descriptorSet: $0) } != nil)
        // Cut within the first file; a file without a name; the same file twice.
        let broken: [[UInt8]] = [
            Array(set.prefix(100)), ReflectionWire.field(1, ReflectionWire.field(2, "package")), set + set,
        ]
        for bytes in broken { #expect(bytes.withView { ReflectionIndex(descriptorSet: $0) } == nil) }
    }

    @Test func `a message without a name and messages nested without end make no index`() {
        func file(_ declared: [UInt8]) -> [UInt8] {
            ReflectionWire.field(1, ReflectionWire.field(1, "a.proto") + declared)
        }
        #expect(file(ReflectionWire.field(4, [])).withView { ReflectionIndex(descriptorSet: $0) } == nil)
        var message = ReflectionWire.field(1, "M")
        for depth in 0..<40 {
            let isIndexed =
                file(ReflectionWire.field(4, message)).withView { ReflectionIndex(descriptorSet: $0) } != nil
            #expect(isIndexed == (depth < 32))
            message = ReflectionWire.field(1, "M") + ReflectionWire.field(3, message)
        }
    }

    @Test func `files that import each other are each given once`() throws {
        func file(_ name: String, imports: [String]) -> [UInt8] {
            ReflectionWire.field(1, ReflectionWire.field(1, name) + imports.flatMap { ReflectionWire.field(3, $0) })
        }
        let set =
            file("a", imports: ["b", "c", "missing"]) + file("b", imports: ["d", "a"]) + file("c", imports: ["d"])
            + file("d", imports: [])
        let index = try #require(set.withView { ReflectionIndex(descriptorSet: $0) })
        let reply = try ReflectionWire.field(3, "a").withView { try index.reply(to: $0) }
        #expect(ReflectionWire.Response(reply).files == ["a", "b", "d", "c"])
    }
}
