import HearthModel

/// Where each section of a `model.hearth` lies; every range is inside the file, aligned, and overlaps no other.
struct SectionTable {
    struct Entry: Equatable {
        var id: SectionID
        var offset: Int
        var byteCount: Int
    }

    /// In the order of the offsets.
    let entries: [Entry]

    /// Reads and checks the table and the gaps of a whole file.
    ///
    /// Throws `.corrupt`.
    init(_ file: UnsafeRawBufferPointer, header: HearthFileHeader, path: String) throws(ArtifactError) {
        var entries: [Entry] = []
        entries.reserveCapacity(header.sectionCount)
        var end = header.tableEnd
        for index in 0..<header.sectionCount {
            let place = HearthFile.headerByteCount + HearthFile.entryByteCount * index
            func expect(_ holds: Bool, _ message: @autoclosure () -> String) throws(ArtifactError) {
                guard !holds else { return }
                throw ArtifactError(
                    .corrupt, path: path, byteOffset: place, "section \(index): \(message())",
                    hint: ArtifactError.republishHint)
            }
            let id = SectionID(rawValue: unsafe file.loadLittleEndian(at: place))
            let reserved: UInt32 = unsafe file.loadLittleEndian(at: place + 4)
            let offset: UInt64 = unsafe file.loadLittleEndian(at: place + 8)
            let byteCount: UInt64 = unsafe file.loadLittleEndian(at: place + 16)
            try expect(reserved == 0, "reserved field \(reserved) found, 0 expected")
            try expect(!entries.contains { $0.id == id }, "the id '\(id.printable)' occurs twice")
            try expect(offset % UInt64(HearthFile.alignment) == 0, "offset \(offset) is no multiple of 64")
            try expect(offset >= end, "offset \(offset) lies before byte \(end), where the part before it ends")
            try expect(
                offset <= file.count && byteCount <= UInt64(file.count) - offset,
                "bytes \(offset) + \(byteCount) do not fit a file of \(file.count) bytes")
            try unsafe Self.checkGap(file, from: end, to: Int(offset), path: path)
            entries.append(Entry(id: id, offset: Int(offset), byteCount: Int(byteCount)))
            end = Int(offset) + Int(byteCount)
        }
        try unsafe Self.checkGap(file, from: end, to: file.count, path: path)
        self.entries = entries
    }

    func entry(_ id: SectionID) -> Entry? {
        entries.first { $0.id == id }
    }

    /// A gap is shorter than the alignment and ends aligned, so it is the only one possible; it holds zeros.
    private static func checkGap(
        _ file: UnsafeRawBufferPointer, from start: Int, to end: Int, path: String
    ) throws(ArtifactError) {
        let holds = unsafe end == HearthFile.aligned(start) && file[start..<end].allSatisfy { $0 == 0 }
        guard !holds else { return }
        throw ArtifactError(
            .corrupt, path: path, byteOffset: start,
            "\(end - start) bytes up to byte \(end) found, zeros up to the next multiple of 64 expected",
            hint: ArtifactError.republishHint)
    }
}

extension SectionID {
    /// The id for a message: letters from a damaged file may be anything.
    fileprivate var printable: String {
        description.allSatisfy { $0.isASCII && !$0.isWhitespace && $0 >= " " } ? description : "\(rawValue)"
    }
}
