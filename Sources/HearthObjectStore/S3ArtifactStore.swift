import Glibc
package import HearthArtifacts
package import HearthCore

/// Versions in a bucket that speaks S3, one folder each, as they lie in a model directory (R122):
///
///     <prefix>/<model_id>/model.hearth, meta.json, ...
///     <prefix>/<model_id>/manifest.json      put last: without it there is no version
///
/// Every object is put only where there is none, so that two publishers never overwrite one another; what an
/// interrupted push has left is taken up by the next one of the same version. `aws s3 cp --recursive` of a folder is a
/// version that any model directory takes.
///
/// Thread-safe. Calls block on the network, and end within ``TransferTimeouts`` and ``StorePatience``.
package final class S3ArtifactStore: ArtifactStore {
    package let place: String
    private let client: S3Client
    private let limits: ArtifactLimits

    /// The most pages of a listing that are read: ten million keys.
    private static let pageCountMax = 10_000

    /// - Parameters:
    ///   - limits: how large a file of a version may be.
    ///   - pause: waits between two attempts.
    package init(
        _ location: S3Location, credentials: S3Credentials, limits: ArtifactLimits, patience: StorePatience,
        pause: @escaping @Sendable (_ milliseconds: Int) -> Void = { _ = poll(nil, 0, Int32(clamping: $0)) }
    ) {
        place = location.description
        self.limits = limits
        client = S3Client(location, credentials, patience, pause: pause)
    }

    /// The store that a command line and the variables beside it name.
    ///
    /// Throws `.invalidName` and `.permissionDenied`, each with what to write instead. Nothing is asked of it yet.
    package convenience init(
        url: String, endpoint: String?, limits: ArtifactLimits, patience: StorePatience,
        environment: (String) -> String?
    ) throws(ArtifactError) {
        let location = try S3Location(url, endpoint: endpoint, environment: environment)
        self.init(
            location, credentials: try S3Credentials(environment: environment), limits: limits, patience: patience)
    }

    /// Ends what is under way with `.unavailable`, within about a second: for a program that stops.
    package func close() {
        client.close()
    }

    package func ids() throws(ArtifactError) -> [ModelID] {
        var found: [ModelID] = []
        for key in try keys(below: client.location.keyPrefix) {
            // Whatever else lies in the bucket, and whatever its name says, is none of ours.
            let parts = key.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1] == Manifest.fileName, let id = try? ModelID(String(parts[0])) else {
                continue
            }
            found.append(id)
        }
        return found.sorted { $0.text < $1.text }
    }

    package func manifestText(of id: ModelID) throws(ArtifactError) -> [UInt8] {
        var text: [UInt8] = []
        do {
            try unsafe client.get(
                key(id, Manifest.fileName), byteCountMax: ArtifactLimits.manifestByteCountMax
            ) { piece throws(ArtifactError) in
                unsafe text += piece
            }
        } catch {
            guard error.code == .notFound, !error.message.contains("NoSuchBucket") else { throw error }
            throw ArtifactError(
                .notFound, path: "\(place)/\(id)", "no version '\(id)' found",
                hint: "see the versions that are there with 'hearth artifacts list'", cause: error)
        }
        return text
    }

    package func read(
        _ file: ListedFile, of id: ModelID, _ take: (UnsafeRawBufferPointer) throws(ArtifactError) -> Void
    ) throws(ArtifactError) {
        do {
            try unsafe client.get(key(id, file.name), byteCountMax: file.byteCount, take)
        } catch {
            guard error.code == .notFound else { throw error }
            throw ArtifactError(
                .incomplete, path: "\(place)/\(id)/\(file.name)", "the version has no \(file.name)",
                hint: "push the version again from a machine that has it", cause: error)
        }
    }

    package func receive(
        _ id: ModelID, from source: any ArtifactStore, expecting digest: SHA256Digest?,
        faults: (TransferPoint) throws(ArtifactError) -> Void
    ) throws(ArtifactError) {
        let (manifest, text) = try source.manifest(of: id, expecting: digest)
        // Pushed before, by this machine or another: the same version is what was wanted.
        if try isStored(id, text) { return }
        for file in manifest.files {
            try limits.checkFile("\(source.place)/\(id)/\(file.name)", byteCount: file.byteCount)
        }
        for file in manifest.files {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(file.byteCount)
            try unsafe source.readChecked(file, of: id) { piece throws(ArtifactError) in unsafe bytes += piece }
            if try client.put(key(id, file.name), bytes, digest: file.digest) == .existsAlready {
                // Left by a push that did not end. Another publisher's differs, and then this one has lost.
                do throws(ArtifactError) {
                    try unsafe readChecked(file, of: id) { (_) throws(ArtifactError) in }
                } catch {
                    throw error.code == .digestMismatch ? taken(id, error) : error
                }
            }
            try faults(.fileStored)
        }
        try faults(.filesStored)
        let textDigest = try SHA256Hasher.digest(of: text, subject: Manifest.fileName)
        if try client.put(key(id, Manifest.fileName), text, digest: textDigest) == .existsAlready {
            // Also when the answer to our own put was lost and it was tried again.
            guard try isStored(id, text) else { throw taken(id, nil) }
        }
        try faults(.manifestStored)
    }

    package func remove(_ id: ModelID) throws(ArtifactError) {
        _ = try manifestText(of: id)
        try client.delete(key(id, Manifest.fileName))
        let folder = "\(client.location.keyPrefix)\(id)/"
        for name in try keys(below: folder) where !name.contains("/") {
            try client.delete(folder + name)
        }
    }

    /// Whether the version is there with this manifest; throws `.alreadyExists` when it is with another.
    private func isStored(_ id: ModelID, _ text: [UInt8]) throws(ArtifactError) -> Bool {
        do throws(ArtifactError) {
            guard try manifestText(of: id) == text else { throw taken(id, nil) }
            return true
        } catch {
            // No such bucket is said by the first put.
            guard error.code == .notFound else { throw error }
            return false
        }
    }

    private func taken(_ id: ModelID, _ cause: ArtifactError?) -> ArtifactError {
        ArtifactError(
            .alreadyExists, path: "\(place)/\(id)", "another version of that id is there, or on its way",
            hint: "publish under a new model_id: versions are never overwritten", cause: cause)
    }

    private func key(_ id: ModelID, _ name: String) -> String { "\(client.location.keyPrefix)\(id)/\(name)" }

    /// All keys that begin with `prefix`, without it.
    private func keys(below prefix: String) throws(ArtifactError) -> [String] {
        var found: [String] = []
        var token: String?
        for _ in 0..<Self.pageCountMax {
            let page = try client.list(prefix, after: token)
            for key in page.keys where key.hasPrefix(prefix) { found.append(String(key.dropFirst(prefix.count))) }
            guard let next = page.continuationToken, next != token else { return found }
            token = next
        }
        throw ArtifactError(
            .overBudget, path: place, "more than \(Self.pageCountMax) pages of objects found",
            hint: "give the models a prefix of their own")
    }
}
