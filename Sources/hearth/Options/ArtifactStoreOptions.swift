import ArgumentParser
import Glibc
import HearthArtifacts
import HearthObjectStore

/// A bucket that machines share: part of every command that pushes or pulls.
struct ArtifactStoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A bucket that machines share: s3://bucket or s3://bucket/prefix.",
            discussion: """
                Credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, the region from \
                AWS_REGION.
                """, valueName: "url"))
    var artifactStore: String?

    @Option(
        help: ArgumentHelp(
            "The server of --artifact-store, where it is not Amazon's (default: $AWS_ENDPOINT_URL).",
            valueName: "url"))
    var s3Endpoint: String?

    func validate() throws {
        guard artifactStore != nil || s3Endpoint == nil else {
            throw ValidationError("--s3-endpoint needs --artifact-store")
        }
    }

    /// The store that is named; nil when none is.
    func store(_ limits: ArtifactLimits) throws -> S3ArtifactStore? {
        guard let artifactStore else { return nil }
        return try S3ArtifactStore(
            url: artifactStore, endpoint: s3Endpoint, limits: limits, patience: .command,
            environment: { name in
                guard let value = unsafe getenv(name) else { return nil }
                return unsafe String(cString: value)
            })
    }
}
