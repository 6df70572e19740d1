import Glibc
package import HearthCore

/// The model directory as one of the stores that versions are copied between.
extension ModelDirectory: ArtifactStore {
    package var place: String { path }

    /// Bytes of a file that are in memory at a time while it is copied.
    private static let pieceByteCount = 256 << 10

    package func ids() throws(ArtifactError) -> [ModelID] {
        var complete: [ModelID] = []
        for id in try versionIDs() where (try? openFolder(id).entryStatus(Manifest.fileName)) != nil {
            complete.append(id)
        }
        return complete
    }

    package func manifestText(of id: ModelID) throws(ArtifactError) -> [UInt8] {
        let folder = try openFolder(id)
        return try read(
            Manifest.fileName, in: folder, path: "\(path(of: id))/\(Manifest.fileName)",
            byteCountMax: ArtifactLimits.manifestByteCountMax)
    }

    package func read(
        _ file: ListedFile, of id: ModelID, _ take: (UnsafeRawBufferPointer) throws(ArtifactError) -> Void
    ) throws(ArtifactError) {
        let subject = "\(path(of: id))/\(file.name)"
        let descriptor = try openFile(file.name, in: try openFolder(id), path: subject)
        var piece = [UInt8](repeating: 0, count: min(Self.pieceByteCount, max(1, file.byteCount)))
        var offset = 0
        while offset < file.byteCount {
            let wanted = min(piece.count, file.byteCount - offset)
            let count = try unsafe piece.withUnsafeMutableBufferPointer { buffer throws(ArtifactError) in
                let room = unsafe UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<wanted]))
                let count = try onSystemError(about: subject) { () throws(SystemError) in
                    try unsafe descriptor.read(into: room, at: offset, subject: subject)
                }
                try unsafe take(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<count]))
                return count
            }
            guard count > 0 else { return }
            offset += count
        }
    }

    /// Whether the folder of a version is there, damaged or not.
    package func contains(_ id: ModelID) -> Bool {
        (try? openFolder(id)) != nil
    }

    /// Copies a version into the directory: staged, checked as the server's loader checks it, then moved into place as
    /// a published one is.
    ///
    /// Throws as ``publish(_:to:verify:commit:faults:)`` does, and what the source throws; nothing is placed then.
    package func receive(
        _ id: ModelID, from source: any ArtifactStore, expecting digest: SHA256Digest?,
        faults: (TransferPoint) throws(ArtifactError) -> Void
    ) throws(ArtifactError) {
        try checkFree(id)
        let (manifest, text) = try source.manifest(of: id, expecting: digest)
        for file in manifest.files {
            try limits.checkFile("\(source.place)/\(id)/\(file.name)", byteCount: file.byteCount)
        }
        // Of at most sixteen files, each within its limit, or of none that could overflow.
        let byteCount = manifest.files.reduce(text.count) { $0 &+ $1.byteCount }
        try limits.checkTotal(path(of: id), adding: byteCount, to: try sizeBytes())

        let name = Self.areaName(id)
        let staging = try StagingFolder(
            area: try open(.staging), name: name, path: "\(path)/\(Area.staging.rawValue)/\(name)")
        do throws(ArtifactError) {
            for file in manifest.files {
                try unsafe staging.write(file.name) { write throws(ArtifactError) in
                    try unsafe source.readChecked(file, of: id) { piece throws(ArtifactError) in
                        try unsafe write(piece)
                    }
                }
                try faults(.fileStored)
            }
            try faults(.filesStored)
            try staging.write(Manifest.fileName, text)
            try onSystemError(about: staging.path) { () throws(SystemError) in
                try staging.folder.synchronize(subject: staging.path)
            }
            _ = try load(id, from: staging.folder, path: "\(source.place)/\(id)")
            try moveIntoPlace(staging, id: id, byteCount: byteCount)
        } catch {
            staging.discard()
            throw error
        }
        try onSystemError(about: path(of: id)) { () throws(SystemError) in try root.synchronize(subject: path) }
        staging.close()
        try faults(.manifestStored)
    }
}
