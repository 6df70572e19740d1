import CHearthMessages
import HearthCore

extension OpenInference.Datatype {
    /// Whether its elements become doubles; 16-bit floats and bytes do not.
    var isNumeric: Bool {
        switch self {
        case .bool, .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64, .fp32, .fp64: true
        case .fp16, .bf16, .bytes: false
        }
    }

    /// The field of `contents` for elements of this type.
    var contentsName: StaticString {
        switch self {
        case .bool: "bool_contents"
        case .int8, .int16, .int32: "int_contents"
        case .int64: "int64_contents"
        case .uint8, .uint16, .uint32: "uint_contents"
        case .uint64: "uint64_contents"
        case .fp32: "fp32_contents"
        case .fp64: "fp64_contents"
        case .bytes, .fp16, .bf16: "bytes_contents"
        }
    }
}

/// Why an element cannot be used.
struct ElementProblem {
    var index: Int
    /// What it is, as the end of a sentence.
    var problem: String
}

/// Elements of every datatype become doubles of the same value, or are refused: none is rounded.
extension InferInputView {
    /// Names and numbers of elements of all fields of `contents`, for messages.
    var typedFields: [(name: StaticString, count: Int)] {
        guard let contents = unsafe contents?.pointee else { return [] }
        return unsafe [
            ("bool_contents", contents.n_bool_contents), ("int_contents", contents.n_int_contents),
            ("int64_contents", contents.n_int64_contents), ("uint_contents", contents.n_uint_contents),
            ("uint64_contents", contents.n_uint64_contents), ("fp32_contents", contents.n_fp32_contents),
            ("fp64_contents", contents.n_fp64_contents), ("bytes_contents", contents.n_bytes_contents),
        ]
    }

    /// Elements in all fields of `contents` together.
    var anyTypedElementCount: Int {
        guard let contents = unsafe contents?.pointee else { return 0 }
        return unsafe contents.n_bool_contents + contents.n_int_contents + contents.n_int64_contents
            + contents.n_uint_contents + contents.n_uint64_contents + contents.n_fp32_contents
            + contents.n_fp64_contents + contents.n_bytes_contents
    }

    /// Elements in the field of `contents` that the datatype asks for.
    var typedElementCount: Int {
        guard let contents = unsafe contents?.pointee else { return 0 }
        return switch datatype {
        case .bool: unsafe contents.n_bool_contents
        case .int8, .int16, .int32: unsafe contents.n_int_contents
        case .int64: unsafe contents.n_int64_contents
        case .uint8, .uint16, .uint32: unsafe contents.n_uint_contents
        case .uint64: unsafe contents.n_uint64_contents
        case .fp32: unsafe contents.n_fp32_contents
        case .fp64: unsafe contents.n_fp64_contents
        case .bytes, .fp16, .bf16: unsafe contents.n_bytes_contents
        }
    }

    /// Writes all elements, `stride` doubles apart. Returns the first that has no double of the same value.
    @inline(__always)
    func write(to target: UnsafeMutablePointer<Double>, stride: Int, isTyped: Bool) -> ElementProblem? {
        if datatype == .fp64, !isTyped, stride == 1 {
            unsafe UnsafeMutableRawPointer(target).copyMemory(from: raw.start, byteCount: elementCount &* 8)
            return nil
        }
        return unsafe isTyped ? writeTyped(to: target, stride: stride) : writeRaw(to: target, stride: stride)
    }

    private func writeRaw(to target: UnsafeMutablePointer<Double>, stride: Int) -> ElementProblem? {
        let start = unsafe raw.start
        return switch datatype {
        case .fp64: unsafe convert(start, target, stride) { (value: Double) in value }
        case .fp32: unsafe convert(start, target, stride) { (value: Float) in Double(value) }
        case .int8: unsafe convert(start, target, stride) { (value: Int8) in Double(value) }
        case .int16: unsafe convert(start, target, stride) { (value: Int16) in Double(value) }
        case .int32: unsafe convert(start, target, stride) { (value: Int32) in Double(value) }
        case .int64: unsafe convert(start, target, stride) { (value: Int64) in Double(exactly: value) }
        case .uint8: unsafe convert(start, target, stride) { (value: UInt8) in Double(value) }
        case .uint16: unsafe convert(start, target, stride) { (value: UInt16) in Double(value) }
        case .uint32: unsafe convert(start, target, stride) { (value: UInt32) in Double(value) }
        case .uint64: unsafe convert(start, target, stride) { (value: UInt64) in Double(exactly: value) }
        case .bool: unsafe convert(start, target, stride) { (value: UInt8) in value <= 1 ? Double(value) : nil }
        case .fp16, .bf16, .bytes: ElementProblem(index: 0, problem: "no number")
        }
    }

    private func writeTyped(to target: UnsafeMutablePointer<Double>, stride: Int) -> ElementProblem? {
        guard let contents = unsafe contents?.pointee else { return nil }
        return switch datatype {
        case .fp64: unsafe convert(contents.fp64_contents, target, stride) { (value: Double) in value }
        case .fp32: unsafe convert(contents.fp32_contents, target, stride) { (value: Float) in Double(value) }
        case .int8:
            unsafe convert(contents.int_contents, target, stride) { (value: Int32) in
                Int8(exactly: value).map(Double.init)
            }
        case .int16:
            unsafe convert(contents.int_contents, target, stride) { (value: Int32) in
                Int16(exactly: value).map(Double.init)
            }
        case .int32: unsafe convert(contents.int_contents, target, stride) { (value: Int32) in Double(value) }
        case .int64:
            unsafe convert(contents.int64_contents, target, stride) { (value: Int64) in Double(exactly: value) }
        case .uint8:
            unsafe convert(contents.uint_contents, target, stride) { (value: UInt32) in
                UInt8(exactly: value).map(Double.init)
            }
        case .uint16:
            unsafe convert(contents.uint_contents, target, stride) { (value: UInt32) in
                UInt16(exactly: value).map(Double.init)
            }
        case .uint32: unsafe convert(contents.uint_contents, target, stride) { (value: UInt32) in Double(value) }
        case .uint64:
            unsafe convert(contents.uint64_contents, target, stride) { (value: UInt64) in Double(exactly: value) }
        case .bool: unsafe convert(contents.bool_contents, target, stride) { (value: Int32) in value == 0 ? 0 : 1 }
        case .fp16, .bf16, .bytes: ElementProblem(index: 0, problem: "no number")
        }
    }

    /// `elementCount` elements at any alignment, little-endian as the machines that this runs on.
    @inline(__always)
    private func convert<Element: BitwiseCopyable>(
        _ source: UnsafeRawPointer?, _ target: UnsafeMutablePointer<Double>, _ stride: Int,
        _ value: (Element) -> Double?
    ) -> ElementProblem? {
        guard let source = unsafe source else { return nil }
        for index in 0..<elementCount {
            let element = unsafe source.loadUnaligned(
                fromByteOffset: index &* MemoryLayout<Element>.stride, as: Element.self)
            guard let double = value(element) else {
                return ElementProblem(index: index, problem: "\(element), \(expectedElement)")
            }
            unsafe target[index &* stride] = double
        }
        return nil
    }

    private var expectedElement: String {
        switch datatype {
        case .int64, .uint64: "which no 64-bit float holds exactly; send it as FP64, rounded as you see fit"
        case .bool: "a BOOL is 0 or 1"
        default: "outside the range of \(datatype.name)"
        }
    }
}
