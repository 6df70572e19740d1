package import HearthCore

/// Where the files of versions are kept: the model directory of a machine, or a bucket that many machines share.
///
/// A version is there when its manifest is, which is stored last; from then on nothing of it changes. Stores are copied
/// into each other by ``receive(_:from:expecting:faults:)``: out of the model directory that is a push, into it a pull.
///
/// Safe to use from any thread. Calls block: not for the data plane.
package protocol ArtifactStore: Sendable {
    /// How messages name it: a path, or `s3://bucket/prefix`.
    var place: String { get }

    /// The versions that are there, sorted; damaged ones among them.
    func ids() throws(ArtifactError) -> [ModelID]

    /// `manifest.json` as it is stored, at most ``ArtifactLimits/manifestByteCountMax`` bytes of it.
    ///
    /// Throws `.notFound` where there is no such version.
    func manifestText(of id: ModelID) throws(ArtifactError) -> [UInt8]

    /// Gives the bytes of a file that the version's manifest lists to `take`, in pieces, in order.
    ///
    /// They are believed only as far as their number goes: never more than ``ListedFile/byteCount`` of them. Whoever
    /// takes them compares the digest.
    func read(
        _ file: ListedFile, of id: ModelID, _ take: (UnsafeRawBufferPointer) throws(ArtifactError) -> Void
    ) throws(ArtifactError)

    /// Copies a version from another store: each file checked against the manifest, the manifest last.
    ///
    /// What fails leaves no version behind, and what is there already is never overwritten: throws `.alreadyExists`.
    ///
    /// - Parameters:
    ///   - expecting: the digest that the manifest must have, as the registry knows it; nil takes any.
    ///   - faults: called after each step; for tests, which may throw there what a dying process would leave undone.
    func receive(
        _ id: ModelID, from source: any ArtifactStore, expecting: SHA256Digest?,
        faults: (TransferPoint) throws(ArtifactError) -> Void
    ) throws(ArtifactError)

    /// Takes a version away: it is no longer there at once, then its files go.
    ///
    /// Throws `.notFound` where there is no such version.
    func remove(_ id: ModelID) throws(ArtifactError)
}

/// The steps of a copy between stores, each named by what has just been done.
package enum TransferPoint: Sendable, CaseIterable {
    /// One of the files is stored.
    case fileStored
    /// All files are stored; the manifest is not.
    case filesStored
    /// The version is there.
    case manifestStored
}

extension ArtifactStore {
    /// Copies a version from another store.
    package func receive(
        _ id: ModelID, from source: any ArtifactStore, expecting digest: SHA256Digest? = nil
    ) throws(ArtifactError) {
        try receive(id, from: source, expecting: digest) { (_) throws(ArtifactError) in }
    }

    /// The manifest of a version, checked: that it is of this version, and the one that is expected.
    ///
    /// Throws `.notFound`, `.invalidManifest`, `.unsupportedVersion`, `.digestMismatch`.
    package func manifest(
        of id: ModelID, expecting expected: SHA256Digest?
    ) throws(ArtifactError) -> (manifest: Manifest, text: [UInt8]) {
        let text = try manifestText(of: id)
        let file = "\(place)/\(id)/\(Manifest.fileName)"
        let found = try SHA256Hasher.digest(of: text, subject: file)
        guard found == expected ?? found else {
            throw ArtifactError(
                .digestMismatch, path: file,
                "a manifest with SHA-256 \(found) found, the registry says \(expected.map { "\($0)" } ?? "")",
                hint: "the version is not the one that was registered: publish the model again")
        }
        let manifest = try Manifest(json: text, path: file)
        guard manifest.modelID == id else {
            throw ArtifactError.manifest(file, "model_id '\(manifest.modelID)' found, '\(id)' expected")
        }
        return (manifest, text)
    }

    /// Reads a file as ``read(_:of:_:)`` does and sees to it that it is the one that the manifest lists.
    ///
    /// Throws `.digestMismatch` when it is not, after all of it was given to `take`.
    package func readChecked(
        _ file: ListedFile, of id: ModelID, _ take: (UnsafeRawBufferPointer) throws(ArtifactError) -> Void
    ) throws(ArtifactError) {
        let subject = "\(place)/\(id)/\(file.name)"
        var hasher = SHA256Hasher()
        var byteCount = 0
        try unsafe read(file, of: id) { bytes throws(ArtifactError) in
            unsafe hasher.update(bytes)
            byteCount += bytes.count
            try unsafe take(bytes)
        }
        guard let digest = hasher.finish() else { throw ArtifactError.digestUnavailable(subject) }
        guard byteCount == file.byteCount, digest == file.digest else {
            throw ArtifactError(
                .digestMismatch, path: subject,
                "\(byteCount) bytes with SHA-256 \(digest) found, the manifest says \(file.byteCount) bytes and "
                    + "\(file.digest)",
                hint: "the file is not the one that was published: restore it from a backup or publish again")
        }
    }
}
