import ArgumentParser
import Glibc
import HearthArtifacts
import HearthClient
import HearthCore
import HearthImport
import HearthLifecycle
import HearthRegistry

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Makes model files of other libraries versions of registered models.",
        discussion: """
            Each file is converted, checked and published: the model with rows and answers to check it by at every \
            load, and the original beside it. Nothing of a file is run; no Python is needed. What cannot be answered \
            bit for bit is refused with the reason (see also: hearth inspect).

            EXAMPLES
              hearth import iforest.pkl --name isolation_forest.stok_seviye --promote
              hearth import iforest.joblib --series stok_seviye
              hearth import backup/*.pkl --name 'old.{file}'
              hearth import 2024.pkl 2025.pkl --name churn --promote
              hearth import /app/ml_models/big.pkl --in-place --name churn
              hearth import churn.pkl --name churn --max-models 5

            NAMES: --name is a name, or a pattern with {file} (the file's name without .pkl and the like) and {type} \
            (the estimator, e.g. isolation_forest). One name for several files makes them versions of one model, in \
            the order given; --promote puts the last one into production. Without --name: {type}.{series} where \
            --series is given, else {file}.

            --in-place copies nothing: the registry names the file, which must lie in the model directory, and \
            hearthd converts it when it loads it and keeps the conversion beside it as <file>.hearth.

            --artifact-store pushes each version into a bucket before it is registered, so that every hearthd with \
            the same option and registry can fetch it (see also: hearth artifacts).

            With a hearthd at the socket, --promote is `hearth models promote`; without one it is written into the \
            registry, and a server finds it there.

            EXIT STATUS: 0 all imported, 1 one was refused or not published, 130 interrupted (Ctrl-C: the file under \
            way is finished or not begun; a second one ends at once, and still leaves nothing half done).
            """)

    @Argument(help: "Model files.")
    var files: [String]

    @Option(help: "The registered model, or a pattern with {file} and {type}.")
    var name: String?

    @Option(help: "The series that the model is for (metric_type).")
    var series: String?

    @Option(help: "Instead of --series: the symbol, e.g. BTC/USDT.")
    var symbol: String?

    @Option(help: "With --symbol: the timeframe, e.g. 15m.")
    var timeframe: String?

    @Option(help: "The model type in the registry; made of the estimator's class unless given.")
    var modelType: String?

    @Flag(help: "Put the version into production (of several of one name, the last).")
    var promote = false

    @Option(help: "Afterwards keep at most so many versions of the model; the oldest go that nothing protects.")
    var maxModels: Int?

    @Flag(help: "Copy nothing: serve the file from where it lies in the model directory.")
    var inPlace = false

    @Flag(help: "Store the model and the original compressed by gzip: smaller on the disk, slower to load.")
    var gzip = false

    @OptionGroup var limit: FileLimitOptions
    @OptionGroup(title: "A bucket to push to before the versions are registered") var remote: ArtifactStoreOptions
    @OptionGroup(title: "Where the models are") var place: ModelStoreOptions
    @OptionGroup(title: "The server, for --promote") var options: ClientOptions

    func validate() throws {
        guard symbol != nil || timeframe == nil else { throw ValidationError("--timeframe needs --symbol.") }
        guard series == nil || symbol == nil else { throw ValidationError("Give either --series or --symbol.") }
        if let maxModels, maxModels < 1 { throw ValidationError("--max-models \(maxModels): at least 1.") }
        guard !files.isEmpty else { throw ValidationError("Name the files to import.") }
        guard !inPlace || !gzip else {
            throw ValidationError("--in-place leaves the file as it is; a .pkl.gz is read as well.")
        }
        guard !inPlace || remote.artifactStore == nil else {
            throw ValidationError("--in-place copies nothing, so it cannot push to --artifact-store either.")
        }
    }

    func run() throws {
        Interruption.note()
        let directory = try place.directory(fileByteCountMax: limit.maxFileSize.bytes, access: .readWrite)
        let registry = try place.store()
        let importer = ModelImporter(
            directory: directory, registry: registry, remote: try remote.store(directory.limits),
            actor: CommandEnvironment.actor("hearth-import"))
        let progress = ProgressLine(total: files.count)
        var outcomes: [ImportOutcome] = []
        for (index, path) in files.enumerated() where !Interruption.isWanted {
            progress.show(index, path)
            let outcome = outcome(of: path, importer, registry)
            outcomes.append(outcome)
            progress.clear()
            if !options.json { print(outcome.text(isOnly: files.count == 1)) }
        }
        let promotions = promote && !Interruption.isWanted ? promotions(outcomes, importer) : []
        let cleaner = Cleaner(store: registry, directory: directory)
        let limits = Interruption.isWanted ? [] : limitVersions(outcomes, cleaner)
        if !outcomes.allSatisfy(\.isRefused) { IndexFile.refresh(registry, directory) }
        if options.json {
            print(
                JSON.object([
                    ("imported", .array(outcomes.map(\.json))), ("promoted", .array(promotions.map(\.json))),
                    ("removed", .array(limits.flatMap(\.removed).map { .text($0) })),
                ]).text)
        } else {
            for promotion in promotions { print(promotion.text) }
            for limit in limits { print(limit.text) }
            try sayMore(outcomes)
        }
        if Interruption.isWanted {
            StandardErrorText.line("interrupted: \(outcomes.count { !$0.isRefused }) of \(files.count) files imported")
            throw ExitCode(128 + SIGINT)
        }
        if outcomes.contains(where: \.isRefused) || promotions.contains(where: \.hasFailed)
            || limits.contains(where: \.hasFailed)
        {
            throw ExitCode.failure
        }
    }

    private func outcome(
        of path: String, _ importer: ModelImporter, _ registry: any RegistryStore
    ) -> ImportOutcome {
        do {
            let file = try ModelImport.read(path: path, limits: limit.limits)
            guard !Interruption.isWanted else { return ImportOutcome(path: path, result: .failure(Interrupted())) }
            let naming = ImportNaming(
                pattern: name, modelType: modelType, series: series, symbol: symbol, timeframe: timeframe)
            let imported =
                try inPlace
                ? importer.register(inPlace: file, as: naming) : importer.publish(file, as: naming, isCompressed: gzip)
            return ImportOutcome(path: path, file: file, result: .success(imported))
        } catch {
            return ImportOutcome(path: path, result: .failure(error))
        }
    }

    /// The last version of each name into production.
    private func promotions(_ outcomes: [ImportOutcome], _ importer: ModelImporter) -> [ImportPromotion] {
        var last: [ModelImporter.Imported] = []
        for outcome in outcomes {
            guard case .success(let imported) = outcome.result else { continue }
            last.removeAll { $0.name == imported.name }
            last.append(imported)
        }
        return last.map { ImportPromotion($0, importer, options.client(), socketPath: options.socketPath) }
    }

    /// `--max-models`, once for each name.
    private func limitVersions(_ outcomes: [ImportOutcome], _ cleaner: Cleaner) -> [VersionLimit] {
        guard let maxModels else { return [] }
        var last: [ModelName: ModelID] = [:]
        for outcome in outcomes {
            if case .success(let imported) = outcome.result { last[imported.name] = imported.modelID }
        }
        return last.sorted { $0.key.text < $1.key.text }.map { name, newest in
            VersionLimit(
                cleaner, name, maxModels, newest: newest, actor: CommandEnvironment.actor("hearth-import"))
        }
    }

    private func sayMore(_ outcomes: [ImportOutcome]) throws {
        if files.count > 1 {
            let refused = outcomes.count(where: \.isRefused)
            print(
                "\(outcomes.count - refused) of \(files.count) files imported\(refused > 0 ? ", \(refused) not" : "")")
        }
        guard !promote, case .success(let imported) = outcomes.last?.result else { return }
        print("put into production with: hearth models promote \(imported.name) \(imported.modelID)")
    }
}

/// Ctrl-C came before the file was published.
private struct Interrupted: Error, CustomStringConvertible {
    var description: String { "interrupted before it was published" }
}
