import ArgumentParser
import HearthArtifacts
import HearthCore
import HearthObjectStore

/// Versions between this machine's model directory and a bucket.
struct ArtifactsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "artifacts",
        abstract: "Copies versions between the model directory and a bucket that machines share.",
        discussion: """
            hearthd fetches by itself what its registry names, and hearth import and hearth-trainer push what they \
            publish, when they are given --artifact-store. These commands are for what was published before, and for \
            looking.

            A version in the bucket is a folder as in the model directory: <prefix>/<model_id>/manifest.json and the \
            files that it lists. The manifest is put last, and nothing is ever overwritten: what was interrupted is \
            simply run again.

            EXAMPLES
              export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-central-1
              hearth artifacts push --all --artifact-store s3://models/hearth
              hearth artifacts list --artifact-store s3://models --s3-endpoint http://minio:9000
              hearth artifacts pull churn_20251112_120000_123_k7qd --artifact-store s3://models/hearth
            """,
        subcommands: [PushCommand.self, PullCommand.self, ListCommand.self])

    /// What all three need.
    struct Options: ParsableArguments {
        @OptionGroup(title: "The bucket") var remote: ArtifactStoreOptions
        @OptionGroup var limit: FileLimitOptions
        @OptionGroup(title: "Where the models are") var place: ModelStoreOptions

        func validate() throws {
            guard remote.artifactStore != nil else {
                throw ValidationError("Name the bucket with --artifact-store, e.g. s3://models/hearth.")
            }
        }

        func stores(_ access: ModelDirectory.Access) throws -> (directory: ModelDirectory, bucket: S3ArtifactStore) {
            let directory = try place.directory(fileByteCountMax: limit.maxFileSize.bytes, access: access)
            guard let bucket = try remote.store(directory.limits) else { throw ExitCode.validationFailure }
            return (directory, bucket)
        }
    }

    /// Which versions a command is for.
    struct Selection: ParsableArguments {
        @Argument(help: "The model_ids of versions.")
        var modelIDs: [String] = []

        @Flag(help: "All versions that are not there yet.")
        var all = false

        func validate() throws {
            guard all != !modelIDs.isEmpty else { throw ValidationError("Name versions, or say --all.") }
            for id in modelIDs {
                do { _ = try ModelID(id) } catch { throw ValidationError("\(error)") }
            }
        }

        /// Copies what is selected, says what became of each, and fails when one was not copied.
        func copy(from source: any ArtifactStore, to target: any ArtifactStore, verb: String) throws {
            let present = all ? Set(try target.ids()) : []
            let ids = try all ? source.ids().filter { !present.contains($0) } : modelIDs.map { try ModelID($0) }
            var failureCount = 0
            for id in ids {
                do throws(ArtifactError) {
                    try target.receive(id, from: source)
                    print("\(id) \(verb) to \(target.place)")
                } catch {
                    failureCount += 1
                    StandardErrorText.line("\(id) not \(verb): \(error)")
                    // The next would wait as long for the same answer.
                    if error.code == .unavailable || error.code == .permissionDenied { throw ExitCode.failure }
                }
            }
            if all {
                print(
                    "\(ids.count - failureCount) \(verb), \(present.count) there already, \(failureCount) not \(verb)")
            }
            if failureCount > 0 { throw ExitCode.failure }
        }
    }

    struct PushCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "push", abstract: "Copies versions of the model directory into the bucket.")

        @OptionGroup var selection: Selection
        @OptionGroup var options: Options

        func run() throws {
            let (directory, bucket) = try options.stores(.readOnly)
            try selection.copy(from: directory, to: bucket, verb: "pushed")
        }
    }

    struct PullCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pull", abstract: "Copies versions of the bucket into the model directory, checked.")

        @OptionGroup var selection: Selection
        @OptionGroup var options: Options

        func run() throws {
            let (directory, bucket) = try options.stores(.readWrite)
            try selection.copy(from: bucket, to: directory, verb: "pulled")
            // A hint for servers, which may have missed them.
            try? directory.announceChange()
        }
    }

    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists the versions in the bucket, and which are on this machine as well.")

        @OptionGroup var options: Options

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let (directory, bucket) = try options.stores(.readOnly)
            let local = Set(try directory.ids())
            let ids = try bucket.ids()
            if json {
                let rows = ids.map { id in
                    JSON.object([("model_id", .text(id.text)), ("local", .bool(local.contains(id)))])
                }
                print(JSON.array(rows).text)
            } else {
                for id in ids { print(local.contains(id) ? "\(id)  here too" : "\(id)") }
            }
        }
    }
}
