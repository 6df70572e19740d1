import HearthCore
import HearthRegistry
import Testing

@Suite struct RegistrationRulesTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: @Sendable (inout ModelVersion) -> Void

        init(_ testDescription: String, _ change: @escaping @Sendable (inout ModelVersion) -> Void) {
            self.testDescription = testDescription
            self.change = change
        }
    }

    private static let long = String(repeating: "ş", count: 51)

    private static let refused = [
        Case("production") { $0.status = .production },
        Case("failed with a path") { $0.status = .failed },
        Case("failed without an error") { ($0.status, $0.path) = (.failed, nil) },
        Case("failed with an empty error") { ($0.status, $0.path, $0.error) = (.failed, nil, "") },
        Case("success with an error") { $0.error = "x" },
        Case("empty path") { $0.path = "" },
        Case("R49 long path") { $0.path = String(repeating: "a", count: 501) },
        Case("NUL in path") { $0.path = "a\0b" },
        Case("R46 empty model type") { $0.key.modelType = "" },
        Case("R46 long model type") { $0.key.modelType = long },
        Case("R47 empty metric type") { $0.key.metricType = "" },
        Case("R47 long metric type") { $0.key.metricType = long },
        Case("empty symbol") { $0.key.symbol = "" },
        Case("NUL in timeframe") { $0.key.timeframe = "\0" },
        Case("negative size") { $0.sizeBytes = -1 },
        Case("upper-case digest") { $0.manifestDigest = String(repeating: "A", count: 64) },
        Case("short digest") { $0.manifestDigest = "00" },
        Case("large parameters") { $0.parametersJSON = String(repeating: " ", count: (1 << 20) + 1) },
        Case("NUL in metrics") { $0.metricsJSON = "{}\0" },
        Case("accuracy NaN") { $0.accuracy = .nan },
        Case("precision infinite") { $0.precision = .infinity },
        Case("recall infinite") { $0.recall = -.infinity },
        Case("year 10000") { $0.createdAt = Timestamp(microseconds: .max) },
        Case("year -300000") { $0.trainingDate = Timestamp(microseconds: .min) },
        Case("promoted in year 10000") { $0.promotedAt = Timestamp(microseconds: .max) },
        Case("NUL in promoted_by") { $0.promotedBy = "\0" },
    ]

    @Test(arguments: refused)
    private func `R46, R47, R49: what a column cannot hold is refused, with a mend`(_ example: Case) throws {
        var version = try Sample.version(1)
        example.change(&version)
        let error = failure { () throws(RegistryError) in try RegistrationRules.check(version, actor: "a") }
        #expect(error?.code == .refused)
        #expect(error?.hint.isEmpty == false)
    }

    @Test func `limits themselves are allowed, counted in scalars`() throws {
        var version = try Sample.fullVersion(1)
        version.key.modelType = String(repeating: "ş", count: 50)
        version.path = String(repeating: "ş", count: 500)
        version.createdAt = RegistryLimits.timestamps.upperBound
        version.trainingDate = RegistryLimits.timestamps.lowerBound
        try RegistrationRules.check(version, actor: String(repeating: "a", count: 200))
    }
}
