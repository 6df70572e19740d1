import Glibc
import HearthArtifacts
import HearthCore
import HearthModel

/// Publishes one version, and dies by SIGKILL at the fault point that it is told.
struct Publisher {
    private let arguments: Arguments

    init(_ arguments: Arguments) {
        self.arguments = arguments
    }

    func run() throws {
        let point = try arguments.option("kill").map { name in
            guard let point = FaultPoint(rawValue: name) else { throw UsageError(text: "no fault point '\(name)'") }
            return point
        }
        let directory = try ModelDirectory(arguments[0], create: true)
        let registry = arguments[2]
        try directory.publish(
            try version(), verify: { _ in },
            commit: { published in
                // A transaction of one line.
                let file = try FileDescriptor.open(registry, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o644)
                let line = Array("\(published.modelID)\n".utf8)
                try unsafe line.withUnsafeBytes { try unsafe file.write($0, subject: registry) }
                try file.synchronize(subject: registry)
            },
            faults: { reached in
                if reached == point { kill(getpid(), SIGKILL) }
            })
    }

    private func version() throws -> NewVersion {
        let byteCount = arguments.option("bytes").flatMap { Int($0) } ?? 5000
        return NewVersion(
            modelID: try ModelID(arguments[1]), name: try ModelName("z_score.stok_seviye"),
            key: Manifest.Key(modelType: "z_score", metricType: "stok_seviye"), createdAt: .now(),
            trainedWith: Manifest.Library(name: "hearth", version: "test"),
            schema: Manifest.Schema(columns: ["value"], columnCount: 1),
            files: VersionFiles(
                model: [ModelSection(SectionID("DATA"), bytes: (0..<byteCount).map { UInt8(truncatingIfNeeded: $0) })],
                metadata: ModelMetadata(featureColumns: ["value"], pipelineVersion: "1"),
                metricsCSV: Array("metric,value\nroc_auc,0.9\n".utf8)))
    }
}
