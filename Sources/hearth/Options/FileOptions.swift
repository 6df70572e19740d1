import ArgumentParser
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

/// Where the models and their registry are: for commands that need no server.
struct RegistryOptions: ParsableArguments {
    @Option(help: "The model directory (default: $ML_MODELS_DIR, else /app/ml_models).")
    var modelsDir: String?

    @Option(
        help: """
            The registry: a SQLite file, or postgresql://user@host/database (default: $HEARTH_REGISTRY, else \
            registry.sqlite in the model directory).
            """)
    var registry: String?

    /// The model directory.
    var path: String { modelsDir ?? CommandEnvironment.text("ML_MODELS_DIR") ?? "/app/ml_models" }

    /// The registry that the option, the environment or the model directory names; nothing is opened.
    var location: RegistryLocation {
        RegistryLocation(
            option: registry, environment: CommandEnvironment.text(RegistryLocation.environmentVariable),
            modelDirectory: path)
    }
}

/// The model directory and its registry, for commands that publish.
struct ModelStoreOptions: ParsableArguments {
    @OptionGroup var options: RegistryOptions

    @Option(
        help: ArgumentHelp(
            "The most that all versions together may take (R69).",
            discussion: "A version that would exceed it is refused before anything is written.", valueName: "size"))
    var maxTotalSize = FileSize(bytes: ArtifactLimits().totalByteCountMax)

    var path: String { options.path }

    func directory(fileByteCountMax: Int, access: ModelDirectory.Access) throws -> ModelDirectory {
        try ModelDirectory(
            path, create: access == .readWrite, access: access,
            limits: ArtifactLimits(fileByteCountMax: fileByteCountMax, totalByteCountMax: maxTotalSize.bytes))
    }

    func store() throws -> any RegistryStore { try options.location.open() }
}
