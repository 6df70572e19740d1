/// Section `CHLD`: the packed models of the members of all ``Estimates`` stages, in order.
///
///     offset
///     0      models, UInt32
///            per model: sections, UInt32; per section: id, UInt32; zero, UInt32; bytes, UInt64
///            the sections of the first model, of the second, …, each at the next multiple of 64 bytes, zeros between
///
/// Nothing says where a section lies: places follow from the sizes, so there is nothing that could point elsewhere.
@safe
struct NestedModels {
    /// The most sections that one packed model has.
    private static let sectionCountMax = 8
    private static let alignment = 64

    /// The sections of each model.
    private let models: [[(id: SectionID, bytes: UnsafeRawBufferPointer)]]

    var count: Int { unsafe models.count }

    /// A section of one model; nil when it has none.
    func section(_ id: SectionID, of model: Int) -> UnsafeRawBufferPointer? {
        unsafe models[model].first { unsafe $0.id == id }?.bytes
    }

    static func encode(_ models: [[ModelSection]]) -> ModelSection {
        var writer = ByteWriter()
        writer.write(count: models.count)
        for sections in models {
            writer.write(count: sections.count)
            for section in sections {
                writer.write(section.id.rawValue)
                writer.write(UInt32(0))
                writer.write(UInt64(section.bytes.count))
            }
        }
        for section in models.joined() {
            while writer.bytes.count % alignment != 0 { writer.write(UInt8(0)) }
            writer.append(section.bytes)
        }
        return ModelSection(.children, bytes: writer.bytes)
    }

    /// Reads what ``encode(_:)`` has written.
    ///
    /// Throws ``ModelError`` for other bytes: `expectedCount` models, every byte spoken for.
    init(decoding bytes: UnsafeRawBufferPointer, expectedCount: Int) throws(ModelError) {
        var reader = unsafe ByteReader(bytes, section: .children)
        let modelCount = try reader.readCount("models", atMost: expectedCount)
        guard modelCount == expectedCount else {
            throw reader.malformed("\(modelCount) models found, \(expectedCount) expected from the descriptor")
        }
        let table = try reader.readArray(count: modelCount, byteCount: 4) { (reader) throws(ModelError) in
            let sectionCount = try reader.readCount("sections", atMost: Self.sectionCountMax)
            return try reader.readArray(count: sectionCount, byteCount: 16) { (reader) throws(ModelError) in
                let id = SectionID(rawValue: try reader.read(UInt32.self))
                guard try reader.read(UInt32.self) == 0 else { throw reader.malformed("a filler that is not 0 found") }
                return (id: id, byteCount: try reader.read(UInt64.self))
            }
        }
        var end = bytes.count - reader.remainingByteCount
        var models: [[(id: SectionID, bytes: UnsafeRawBufferPointer)]] = unsafe []
        unsafe models.reserveCapacity(table.count)
        for entries in table {
            var sections: [(id: SectionID, bytes: UnsafeRawBufferPointer)] = unsafe []
            for entry in entries {
                let start = (end + Self.alignment - 1) / Self.alignment * Self.alignment
                guard start <= bytes.count, entry.byteCount <= UInt64(bytes.count - start) else {
                    throw reader.malformed("a section of \(entry.byteCount) bytes at byte \(start) found")
                }
                guard unsafe bytes[end..<start].allSatisfy({ $0 == 0 }) else {
                    throw reader.malformed("a filler that is not 0 found")
                }
                guard unsafe !sections.contains(where: { unsafe $0.id == entry.id }) else {
                    throw reader.malformed("a model with two sections of one id found")
                }
                end = start + Int(entry.byteCount)
                unsafe sections.append((entry.id, UnsafeRawBufferPointer(rebasing: bytes[start..<end])))
            }
            unsafe models.append(sections)
        }
        guard end == bytes.count else {
            throw reader.malformed("\(bytes.count - end) bytes after the end found, none expected")
        }
        unsafe self.models = models
    }
}
