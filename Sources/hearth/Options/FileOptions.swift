import ArgumentParser
import Glibc
import HearthArtifacts
import HearthCore
import HearthRegistry
import HearthRegistryOpening

/// How large a model file may be: part of every command that reads one.
struct FileLimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The largest model file that is read, e.g. 10MB or 64MiB.",
            discussion: "A larger one is refused before anything of it is read. hearthd has the same option.",
            valueName: "size"))
    var maxFileSize = FileSize(bytes: ArtifactLimits().fileByteCountMax)

    var limits: ImportLimits { ImportLimits(fileByteCountMax: maxFileSize.bytes) }
}

/// A size on the command line: `10MB` counts in thousands, `10MiB` and `10M` in 1,024s.
struct FileSize: ExpressibleByArgument {
    var bytes: Int

    init(bytes: Int) {
        self.bytes = bytes
    }

    init?(argument: String) {
        guard let count = ByteCount(decimalText: argument), count.bytes > 0 else { return nil }
        bytes = count.bytes
    }

    var defaultValueDescription: String { bytes % 1_000_000 == 0 ? "\(bytes / 1_000_000)MB" : "\(bytes)" }
}

/// The model directory and its registry: for commands that need no server.
struct ModelStoreOptions: ParsableArguments {
    @Option(help: "The model directory (default: $ML_MODELS_DIR, else /app/ml_models).")
    var modelsDir: String?

    @Option(
        help: """
            The registry: a SQLite file, or postgresql://user@host/database (default: HEARTH_REGISTRY, else \
            registry.sqlite in the model directory).
            """)
    var registry: String?

    @Option(
        help: ArgumentHelp(
            "The most that all versions together may take (R69).",
            discussion: "A version that would exceed it is refused before anything is written.", valueName: "size"))
    var maxTotalSize = FileSize(bytes: ArtifactLimits().totalByteCountMax)

    var path: String {
        if let modelsDir { return modelsDir }
        guard let value = unsafe getenv("ML_MODELS_DIR") else { return "/app/ml_models" }
        let text = unsafe String(cString: value)
        return text.isEmpty ? "/app/ml_models" : text
    }

    func directory(fileByteCountMax: Int, access: ModelDirectory.Access) throws -> ModelDirectory {
        try ModelDirectory(
            path, create: access == .readWrite, access: access,
            limits: ArtifactLimits(fileByteCountMax: fileByteCountMax, totalByteCountMax: maxTotalSize.bytes))
    }

    /// Opens the registry that `--registry`, the environment or the model directory names.
    func store(_ directory: ModelDirectory) throws -> any RegistryStore { try location(directory.path).open() }

    /// Where the registry is; nothing is opened.
    func location(_ modelDirectory: String) -> RegistryLocation {
        let environment = unsafe getenv(RegistryLocation.environmentVariable).map { unsafe String(cString: $0) }
        return RegistryLocation(option: registry, environment: environment, modelDirectory: modelDirectory)
    }
}
