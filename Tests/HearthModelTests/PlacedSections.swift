import HearthModel

/// Sections in memory at multiples of 64 bytes, as a loaded file has them.
@safe
final class PlacedSections {
    private let base: UnsafeMutableRawBufferPointer
    private var ranges: [SectionID: Range<Int>] = [:]

    init(_ sections: [ModelSection]) {
        unsafe base = .allocate(byteCount: sections.reduce(64) { $0 + $1.bytes.count + 64 }, alignment: 64)
        var next = 0
        for section in sections {
            let range = next..<next + section.bytes.count
            ranges[section.id] = range
            unsafe UnsafeMutableRawBufferPointer(rebasing: base[range]).copyBytes(from: section.bytes)
            next = (range.upperBound + 63) / 64 * 64
        }
    }

    deinit {
        unsafe base.deallocate()
    }

    subscript(id: SectionID) -> UnsafeRawBufferPointer? {
        guard let range = ranges[id] else { return nil }
        return unsafe UnsafeRawBufferPointer(rebasing: base[range])
    }

    /// The error that reading back gives, or nil.
    func error() -> ModelError? {
        do throws(ModelError) {
            _ = try unsafe PackedModel(sections: { unsafe self[$0] })
            return nil
        } catch {
            return error
        }
    }
}
