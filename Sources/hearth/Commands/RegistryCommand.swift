import ArgumentParser
import HearthArtifacts
import HearthLifecycle
import HearthRegistry

struct RegistryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Writes the registry's index as a CSV file; takes over a Python registry.",
        discussion: """
            registry_index.csv has one row per version and exactly these columns: \
            \(ModelRegistryEntry.columns.joined(separator: ",")). Every change writes it anew into the model \
            directory; the database stays the truth, and nobody reads the file to serve.
            """,
        subcommands: [Export.self, Import.self])

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes registry_index.csv, oldest version first.",
            discussion: """
                Figures that nobody measured stay blank. The file is replaced in one step: a reader sees the old or \
                the new one, never half of one.

                EXAMPLES
                  hearth registry export
                  hearth registry export /backup/registry_index.csv
                  hearth registry export - | column -s, -t
                """)

        @Argument(help: "The file; - for standard output; registry_index.csv in the model directory unless given.")
        var file: String?

        @OptionGroup(title: "Where the models are") var place: ModelStoreOptions

        func run() throws {
            let store = try place.store()
            switch file {
            case "-":
                let text = RegistryIndexText.encode(try RegistryIndex.entries(of: store))
                print(String(decoding: text, as: UTF8.self), terminator: "")
            case let file?: try RegistryIndex.export(store: store, file: file)
            case nil:
                try RegistryIndex.export(
                    store: store,
                    directory: try place.directory(
                        fileByteCountMax: ArtifactLimits().fileByteCountMax, access: .readWrite))
            }
        }
    }
}
