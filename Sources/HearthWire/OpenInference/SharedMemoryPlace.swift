import CHearthMessages
package import HearthCore

/// Where the elements of a tensor are instead of in the message: a part of a region that the client has registered.
///
/// Requests say it in the parameters of a tensor, as Triton's extension "system shared memory" has them.
@safe
package struct SharedMemoryPlace {
    /// The registered name.
    package var region = ByteView.empty
    /// From the start of the region.
    package var offset = 0
    package var byteCount = -1
    private var isBroken = false

    private static let regionKey: StaticString = "shared_memory_region"
    private static let byteSizeKey: StaticString = "shared_memory_byte_size"
    private static let offsetKey: StaticString = "shared_memory_offset"

    init() {}

    /// Whether the parameters name a place; their types and signs, not whether there is such a region.
    var isWhole: Bool { !isBroken && !region.isEmpty && offset >= 0 && byteCount >= 0 }

    /// Why ``isWhole`` is false, as the end of a sentence.
    static let brokenMessage =
        "has parameters of shared memory that name no place; expected are \(regionKey) (text), \(byteSizeKey) and, "
        + "if it is not 0, \(offsetKey) (int64, from 0)"

    /// Takes a parameter of a tensor into `place`, which begins with the first one that is about shared memory.
    static func read(
        _ key: ByteView, _ value: UnsafeMutablePointer<Inference__InferParameter>?, into place: inout SharedMemoryPlace?
    ) {
        guard key.hasPrefix("shared_memory") else { return }
        var found = place ?? SharedMemoryPlace()
        if key.equals(regionKey), let text = unsafe text(value) {
            found.region = text
        } else if key.equals(byteSizeKey), let number = unsafe number(value) {
            found.byteCount = number
        } else if key.equals(offsetKey), let number = unsafe number(value) {
            found.offset = number
        } else {
            found.isBroken = true
        }
        place = found
    }

    private static func text(_ value: UnsafeMutablePointer<Inference__InferParameter>?) -> ByteView? {
        guard let value = unsafe value,
            unsafe value.pointee.parameter_choice_case == INFERENCE__INFER_PARAMETER__PARAMETER_CHOICE_STRING_PARAM
        else { return nil }
        return unsafe ByteView(value.pointee.string_param)
    }

    private static func number(_ value: UnsafeMutablePointer<Inference__InferParameter>?) -> Int? {
        guard let value = unsafe value,
            unsafe value.pointee.parameter_choice_case == INFERENCE__INFER_PARAMETER__PARAMETER_CHOICE_INT64_PARAM
        else { return nil }
        return unsafe Int(value.pointee.int64_param)
    }

    // MARK: - Writing

    /// Bytes of the entries of a map of parameters that say this place, with their tags of one byte.
    var entriesByteCount: Int {
        Self.fieldByteCount(Self.regionKey, VarInt.fieldByteCount(region.count))
            + Self.fieldByteCount(Self.byteSizeKey, Self.numberByteCount(byteCount))
            + (offset == 0 ? 0 : Self.fieldByteCount(Self.offsetKey, Self.numberByteCount(offset)))
    }

    /// Writes these entries, of the map that is field `field`.
    func writeEntries(_ field: UInt8, to cursor: inout UnsafeMutableRawPointer) {
        let textByteCount = VarInt.fieldByteCount(region.count)
        unsafe Self.writeEntry(field, Self.regionKey, valueByteCount: textByteCount, to: &cursor)
        unsafe VarInt.writeField(3, region, to: &cursor)
        unsafe Self.writeNumber(field, Self.byteSizeKey, byteCount, to: &cursor)
        if offset != 0 { unsafe Self.writeNumber(field, Self.offsetKey, offset, to: &cursor) }
    }

    /// Bytes of an InferParameter with a number: a member of a oneof is written even when it is 0.
    private static func numberByteCount(_ number: Int) -> Int {
        1 + VarInt.byteCount(UInt64(bitPattern: Int64(number)))
    }

    private static func entryByteCount(_ key: StaticString, _ valueByteCount: Int) -> Int {
        VarInt.fieldByteCount(key.utf8CodeUnitCount) + VarInt.fieldByteCount(valueByteCount)
    }

    private static func fieldByteCount(_ key: StaticString, _ valueByteCount: Int) -> Int {
        VarInt.fieldByteCount(entryByteCount(key, valueByteCount))
    }

    private static func writeEntry(
        _ field: UInt8, _ key: StaticString, valueByteCount: Int, to cursor: inout UnsafeMutableRawPointer
    ) {
        unsafe VarInt.writeFieldHeader(field, byteCount: entryByteCount(key, valueByteCount), to: &cursor)
        unsafe VarInt.writeField(1, ByteView(key), to: &cursor)
        unsafe VarInt.writeFieldHeader(2, byteCount: valueByteCount, to: &cursor)
    }

    private static func writeNumber(
        _ field: UInt8, _ key: StaticString, _ number: Int, to cursor: inout UnsafeMutableRawPointer
    ) {
        unsafe writeEntry(field, key, valueByteCount: numberByteCount(number), to: &cursor)
        unsafe VarInt.writeTag(2, 0, to: &cursor)
        unsafe VarInt.write(UInt64(bitPattern: Int64(number)), to: &cursor)
    }
}
