import HearthArtifacts
import HearthCore
import HearthRegistry
import HearthTraining
import Testing

@Suite struct TrainingFailureTests {
    /// Runs a training that must fail and returns its error and what it left.
    private func failure(
        _ fixture: TrainingFixture, _ request: TrainingRequest
    ) throws -> (error: TrainingError, versions: [ModelVersion], folders: Int) {
        let error = try #require(throws: TrainingError.self) { try fixture.run(request, promote: true) }
        return (error, try fixture.registry.versions(of: nil, limit: 10), try fixture.directory.list().count)
    }

    @Test func `R137, R142, C17: a training that fails for its data leaves a failed row and no artifact`() throws {
        let fixture = try TrainingFixture()
        let (error, versions, folders) = try failure(fixture, fixture.request("a,label\n1,0\n1,0\n1,0\n1,0\n"))
        #expect(error.code == .unusableData)
        #expect(error.message == "all 2 training rows are equal: no column varies")
        #expect(versions.count == 1)
        #expect(versions.first?.status == .failed)
        #expect(versions.first?.path == nil)
        #expect(versions.first?.error == error.description)
        #expect(folders == 0)
    }

    @Test(arguments: [
        ("a,b\n1,2\n3,4\n", "has no column 'label'", TrainingError.Code.noSuchColumn),
        ("a,label\n,0\nNA,1\n", "column 'a' has no value in any of its 2 rows", .unusableData),
        ("a,label\n1,0\n", "an isolation forest needs at least 2 rows to learn from, there are 1", .unusableData),
        ("a,label\n", "the table has 0 rows, a window takes 1", .unusableData),
        ("a,label\n1,0\nx,0\n", "'x' in column 'a' is not a finite number", .badValue),
        (
            "a,label\n1,0\n2,0\n3,0\n1e39,0\n", "the value 1e+39 in column 'a' is too large for a 32-bit float",
            .badValue
        ),
        ("a,label\n,0\n,0\n3,0\n", "column 'a' has no value in any of the 2 training rows", .unusableData),
        ("", "is empty", .badTable),
    ])
    func `data that carries no model is refused with what is wrong`(
        text: String, message: String, code: TrainingError.Code
    ) throws {
        let fixture = try TrainingFixture()
        let (error, versions, folders) = try failure(fixture, fixture.request(text))
        #expect(error.message == message)
        #expect(error.code == code)
        #expect(error.path.hasSuffix("data.csv"))
        #expect(versions.allSatisfy { $0.status == .failed })
        #expect(versions.count == (code == .noSuchColumn ? 0 : 1))
        #expect(folders == 0)
    }

    @Test func `a value beyond 32-bit floats among the rows held out is refused too, with its line`() throws {
        let fixture = try TrainingFixture()
        let (error, _, _) = try failure(fixture, fixture.request("a,label\n1,0\n2,0\n3,0\n1e39,0\n"))
        #expect(error.line == 5)
    }

    @Test func `a z-score needs twelve values`() throws {
        let fixture = try TrainingFixture()
        let text = "a,label\n" + (0..<11).map { "\($0),0\n" }.joined()
        var request = try fixture.request(text, .zScore(ZScoreParameters()))
        request.split.heldOutFraction = 0
        let (error, versions, _) = try failure(fixture, request)
        #expect(error.code == .unusableData)
        #expect(error.message.contains("11 finite values found, at least 12 expected"))
        #expect(versions.first?.status == .failed)
    }

    @Test func `a request that contradicts itself leaves nothing`() throws {
        let fixture = try TrainingFixture()
        var request = try fixture.request(label: nil)
        request.trainOn = .normal
        let (error, versions, folders) = try failure(fixture, request)
        #expect(error.code == .badParameter)
        #expect(versions.isEmpty && folders == 0)
    }

    @Test(arguments: [0, -1, .nan, 1e6, .infinity]) func `a threshold that no score can meet is refused`(
        threshold: Double
    ) throws {
        let fixture = try TrainingFixture()
        let request = try fixture.request(TrainingFixture.csv(), .zScore(ZScoreParameters(threshold: threshold)))
        #expect(try failure(fixture, request).error.code == .badParameter)
    }

    @Test func `R68: a model over the size limit is refused by name and leaves nothing behind`() throws {
        let fixture = try TrainingFixture(limits: ArtifactLimits(fileByteCountMax: 4096))
        let (error, versions, folders) = try failure(fixture, fixture.request())
        #expect(error.code == .publishFailed)
        #expect(error.message.contains("model.hearth"))
        #expect(versions.isEmpty && folders == 0)
    }

    @Test func `a name that has another key is refused and the files are taken away`() throws {
        let fixture = try TrainingFixture()
        _ = try fixture.run(fixture.request())
        var request = try fixture.request()
        request.key.metricType = "dolum_sure"
        let error = #expect(throws: TrainingError.self) { try fixture.run(request) }
        #expect(error?.code == .publishFailed)
        #expect(error?.message.contains("has the key") == true)
        #expect(try fixture.directory.list().count == 1)
        #expect(try fixture.registry.versions(of: nil, limit: 10).count == 1)
    }

    @Test func `a version that is not there cannot be evaluated`() throws {
        let fixture = try TrainingFixture()
        let path = try fixture.write(TrainingFixture.csv())
        let error = #expect(throws: TrainingError.self) {
            try VersionEvaluator(directory: fixture.directory).evaluate(
                try ModelID("absent"), dataPath: path, selection: TableSelection())
        }
        #expect(error?.code == .unreadableFile)
    }

    @Test func `a file without the model's columns cannot be evaluated`() throws {
        let fixture = try TrainingFixture()
        let report = try fixture.run(fixture.request())
        let path = try fixture.write("a,c\n1,2\n")
        let evaluator = VersionEvaluator(directory: fixture.directory)
        let missing = #expect(throws: TrainingError.self) {
            try evaluator.evaluate(report.modelID, dataPath: path, selection: TableSelection())
        }
        #expect(missing?.code == .noSuchColumn)
        let narrow = #expect(throws: TrainingError.self) {
            try evaluator.evaluate(report.modelID, dataPath: path, selection: TableSelection(columns: ["a"]))
        }
        #expect(narrow?.code == .badParameter)
    }

    private func run(_ fixture: TrainingFixture, _ fault: FlakyRegistry.Fault) throws -> TrainingReport {
        let registry = FlakyRegistry(store: fixture.registry, fault: fault)
        return try TrainingRun(try fixture.request(), directory: fixture.directory, registry: registry, actor: "test")
            .run(promote: true)
    }

    @Test func `a registration whose answer is lost counts when the registry has the version`() throws {
        let fixture = try TrainingFixture()
        let report = try run(fixture, .answerLost)
        #expect(try fixture.registry.version(report.modelID)?.status == .production)
        #expect(try fixture.directory.list().count == 1)
    }

    @Test func `a registry that cannot be reached leaves no files behind`() throws {
        let fixture = try TrainingFixture()
        let error = #expect(throws: TrainingError.self) { try run(fixture, .unreachable) }
        #expect(error?.code == .publishFailed)
        #expect((error?.cause as? ArtifactError)?.code == .commitFailed)
        #expect(try fixture.directory.list().isEmpty)
    }

    @Test func `when the outcome cannot be known the files stay for the janitor`() throws {
        let fixture = try TrainingFixture()
        let error = #expect(throws: TrainingError.self) { try run(fixture, .gone) }
        #expect((error?.cause as? ArtifactError)?.code == .commitUncertain)
        #expect(try fixture.directory.list().count == 1)
    }

    @Test func `a promotion that is refused leaves a registered version and says so`() throws {
        let fixture = try TrainingFixture()
        let error = #expect(throws: TrainingError.self) { try run(fixture, .promotionRefused) }
        #expect(error?.code == .registryFailed)
        #expect(error?.message.contains("is trained and registered but was not promoted") == true)
        #expect(try fixture.registry.versions(of: nil, limit: 10).map(\.status) == [.success])
    }

    @Test func `a failure that the registry does not take is still told`() throws {
        let fixture = try TrainingFixture()
        let registry = FlakyRegistry(store: fixture.registry, fault: .gone)
        let request = try fixture.request("a,label\n1,0\n")
        let error = #expect(throws: TrainingError.self) {
            try TrainingRun(request, directory: fixture.directory, registry: registry, actor: "test").run(
                promote: false)
        }
        #expect(error?.code == .unusableData)
        #expect(error?.hint.contains("the registry did not take the failure") == true)
    }
}
