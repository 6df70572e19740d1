import HearthModel

/// Sections of a model copied into memory of our own, each at a multiple of 64 bytes.
@safe
final class AlignedMemory: Sendable {
    // Written only by the initialiser, read-only afterwards, freed with the object.
    nonisolated(unsafe) private let base: UnsafeMutableRawBufferPointer
    private let ranges: [SectionID: Range<Int>]

    init(copying sections: [ModelSection]) {
        var ranges: [SectionID: Range<Int>] = [:]
        var end = 0
        for section in sections {
            ranges[section.id] = end..<end + section.bytes.count
            end = (end + section.bytes.count + 63) / 64 * 64
        }
        self.ranges = ranges
        unsafe base = .allocate(byteCount: max(end, 64), alignment: 64)
        for section in sections {
            guard let range = ranges[section.id], range.count == section.bytes.count else { continue }
            unsafe UnsafeMutableRawBufferPointer(rebasing: base[range]).copyBytes(from: section.bytes)
        }
    }

    deinit {
        unsafe base.deallocate()
    }

    func bytes(of id: SectionID) -> UnsafeRawBufferPointer? {
        guard let range = ranges[id] else { return nil }
        return unsafe UnsafeRawBufferPointer(rebasing: base[range])
    }
}
