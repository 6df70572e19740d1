import ArgumentParser
import Foundation
import Glibc
import HearthArtifacts
import HearthImport
import HearthRegistry
import HearthRegistryOpening

extension RegistryCommand {
    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes over a Python registry as it is: registry_index.csv and its folders.",
            discussion: """
                DIR holds registry_index.csv, or has it in outputs/ml_models. Each row's model.joblib is read by \
                Hearth's own reader (nothing in it is run), converted, checked and published under the same model_id, \
                the original beside it; meta.json, metrics.csv and feature_importances.csv, created_at and status \
                come with it. Nothing of DIR is changed.

                STATUS: success, candidate and archived stay what they are; of several production rows of one model \
                the newest is promoted, unless this registry has something in production; a failed row is kept \
                without files.

                A row whose model.joblib or meta.json is missing, or whose model Hearth does not compute, is reported \
                and skipped. A model_id that cannot be one here (BTC/USDT_...) gets - for what cannot stand in it, \
                and is reported. AGAIN AND AGAIN: rows that were taken are left alone.

                EXAMPLES
                  hearth registry import /srv/finantrade --dry-run
                  hearth registry import /srv/finantrade/outputs/ml_models --max-total-size 2GB
                  hearth registry import /srv/finantrade --json

                EXIT STATUS: 0 every row is in the registry, 1 one was missing, refused or not tried, 130 interrupted.
                """)

        @Argument(help: "The folder of the Python registry.")
        var folder: String

        @Flag(help: "Read and convert everything, say what would be done, change nothing.")
        var dryRun = false

        @Flag(help: "Print JSON instead of text.")
        var json = false

        @OptionGroup var limit: FileLimitOptions
        @OptionGroup(title: "Where the models are") var place: ModelStoreOptions

        func run() throws {
            Interruption.note()
            let source = try PythonRegistry(folder)
            let directory = try openDirectory()
            if let directory, try Self.isIndexFolder(directory.path, of: source) {
                throw ValidationError(
                    "\(directory.path) is both the registry to take over and the model directory; give another "
                        + "--models-dir.")
            }
            let store = try openStore()
            var bar = ProgressLine(total: 0)
            let adoption = RegistryAdoption(
                source, store: store, directory: directory,
                options: RegistryAdoption.Options(
                    isDryRun: dryRun, limits: limit.limits, actor: CommandEnvironment.actor("hearth-registry-import"),
                    progress: { done, total in
                        bar = ProgressLine(total: total)
                        bar.show(done, "rows")
                    }, isStopWanted: { Interruption.isWanted }))
            let report = adoption.run()
            bar.clear()
            let changeCount = report.adopted + report.failedTrainings + report.promotions.count
            if !dryRun, changeCount > 0, let store, let directory {
                IndexFile.refresh(store, directory)
            }
            print(json ? report.json.text : report.text)
            if Interruption.isWanted { throw ExitCode(128 + SIGINT) }
            if !report.isComplete { throw ExitCode.failure }
        }

        /// A dry run makes no directory, and needs none.
        private func openDirectory() throws -> ModelDirectory? {
            guard dryRun else {
                return try place.directory(fileByteCountMax: limit.maxFileSize.bytes, access: .readWrite)
            }
            return try? place.directory(fileByteCountMax: limit.maxFileSize.bytes, access: .readOnly)
        }

        private func openStore() throws -> (any RegistryStore)? {
            if dryRun, case .file(let path) = place.options.location, !FileManager.default.fileExists(atPath: path) {
                return nil
            }
            return try place.store()
        }

        private static func isIndexFolder(_ path: String, of source: PythonRegistry) throws -> Bool {
            let folder = URL(fileURLWithPath: source.indexPath).resolvingSymlinksInPath().path
            return folder == URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        }
    }
}
