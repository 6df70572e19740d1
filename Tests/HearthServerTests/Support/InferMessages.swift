import HearthCore
import HearthWire

/// Messages of `ModelInfer` as clients send them.
enum InferRequests {
    /// One input with raw elements.
    static func matrix<Element: BitwiseCopyable>(
        model: String = ServedForest.model, version: String = "", id: String = "", name: String = "input",
        datatype: String = "FP64", shape: [Int], _ elements: [Element], outputs: [String] = []
    ) -> [UInt8] {
        named(
            model: model, version: version, id: id, datatype: datatype, shape: shape, [(name, elements)],
            outputs: outputs)
    }

    /// Inputs of one shape, with raw elements.
    static func named<Element: BitwiseCopyable>(
        model: String = ServedForest.model, version: String = "", id: String = "", datatype: String = "FP64",
        shape: [Int], _ inputs: [(name: String, elements: [Element])], outputs: [String] = []
    ) -> [UInt8] {
        var bytes = head(model: model, version: version, id: id)
        for input in inputs { bytes += field(5, tensor(input.name, datatype, shape)) }
        for output in outputs { bytes += field(6, field(1, Array(output.utf8))) }
        for input in inputs { bytes += field(7, unsafe input.elements.withUnsafeBytes { unsafe Array($0) }) }
        return bytes
    }

    /// One input of doubles in `fp64_contents`.
    static func typed(
        model: String = ServedForest.model, shape: [Int], _ elements: [Double], outputs: [String] = []
    ) -> [UInt8] {
        var bytes = head(model: model, version: "", id: "")
        let contents = field(7, unsafe elements.withUnsafeBytes { unsafe Array($0) })
        bytes += field(5, tensor("input", "FP64", shape) + field(5, contents))
        for output in outputs { bytes += field(6, field(1, Array(output.utf8))) }
        return bytes
    }

    /// Where a tensor is in shared memory.
    struct Place {
        var region = "region"
        var byteCount: Int
        var offset = 0

        fileprivate func entries(_ number: UInt8) -> [UInt8] {
            func entry(_ key: String, _ value: [UInt8]) -> [UInt8] {
                field(number, field(1, Array("shared_memory_\(key)".utf8)) + field(2, value))
            }
            func integer(_ number: Int) -> [UInt8] { [0x10] + varint(UInt64(bitPattern: Int64(number))) }
            return entry("region", field(3, Array(region.utf8))) + entry("byte_size", integer(byteCount))
                + (offset == 0 ? [] : entry("offset", integer(offset)))
        }
    }

    /// One input in shared memory; outputs without a place come in the reply.
    static func shared(
        model: String = ServedForest.model, datatype: String = "FP64", shape: [Int], _ place: Place,
        outputs: [(name: String, place: Place?)] = []
    ) -> [UInt8] {
        var bytes = head(model: model, version: "", id: "shared")
        bytes += field(5, tensor("input", datatype, shape) + place.entries(4))
        for output in outputs {
            bytes += field(6, field(1, Array(output.name.utf8)) + (output.place?.entries(2) ?? []))
        }
        return bytes
    }

    private static func head(model: String, version: String, id: String) -> [UInt8] {
        field(1, Array(model.utf8)) + field(2, Array(version.utf8)) + field(3, Array(id.utf8))
    }

    private static func tensor(_ name: String, _ datatype: String, _ shape: [Int]) -> [UInt8] {
        field(1, Array(name.utf8)) + field(2, Array(datatype.utf8))
            + field(3, shape.flatMap { varint(UInt64(bitPattern: Int64($0))) })
    }

    private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [number << 3 | 2] + varint(UInt64(bytes.count)) + bytes
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var (bytes, rest): ([UInt8], UInt64) = ([], value)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}

/// A `ModelInferResponse`, read field by field.
struct InferAnswer {
    struct Output: Equatable {
        var name = ""
        var datatype = ""
        var shape: [UInt64] = []
        /// Raw elements, or the packed field of `contents`.
        var elements: [UInt8] = []
        /// Entries of the map of parameters.
        var parameterCount = 0

        /// The elements as numbers of eight bytes.
        func numbers<Number: BitwiseCopyable>(_ type: Number.Type = Number.self) -> [Number] {
            unsafe elements.withUnsafeBytes { bytes in
                (0..<bytes.count / 8).map { unsafe bytes.loadUnaligned(fromByteOffset: $0 * 8, as: type) }
            }
        }
    }

    var modelName = ""
    var modelVersion = ""
    var id = ""
    var source = ""
    var generation: UInt64?
    var outputs: [Output] = []
    var rawCount = 0

    /// nil for bytes that are no such message.
    init?(_ bytes: [UInt8]) {
        guard let fields = MessageFields(bytes) else { return nil }
        for (number, value) in fields.all {
            switch number {
            case 1: modelName = value.text
            case 2: modelVersion = value.text
            case 3: id = value.text
            case 4: readParameter(value.bytes)
            case 5:
                guard let output = Self.output(value.bytes) else { return nil }
                outputs.append(output)
            case 6:
                guard rawCount < outputs.count else { return nil }
                outputs[rawCount].elements = value.bytes
                rawCount += 1
            default: return nil
            }
        }
    }

    private mutating func readParameter(_ bytes: [UInt8]) {
        guard let entry = MessageFields(bytes), let value = MessageFields(entry.last(2).bytes) else { return }
        if entry.last(1).text == "source" { source = value.last(3).text }
        if entry.last(1).text == "generation" { generation = value.last(2).number }
    }

    private static func output(_ bytes: [UInt8]) -> Output? {
        guard let fields = MessageFields(bytes), let shape = MessageFields.packed(fields.last(3).bytes),
            let contents = MessageFields(fields.last(5).bytes)
        else { return nil }
        return Output(
            name: fields.last(1).text, datatype: fields.last(2).text, shape: shape,
            elements: contents.all.first?.value.bytes ?? [],
            parameterCount: fields.all.count { $0.number == 4 })
    }
}

/// A `ModelStreamInferResponse`.
struct StreamAnswer {
    var error: String
    var answer: InferAnswer?

    init?(_ bytes: [UInt8]) {
        guard let fields = MessageFields(bytes) else { return nil }
        error = fields.last(1).text
        answer = fields.all.contains { $0.number == 2 } ? InferAnswer(fields.last(2).bytes) : nil
    }
}

/// The fields of any protobuf message without fixed-size ones.
private struct MessageFields {
    struct Value {
        var number: UInt64 = 0
        var bytes: [UInt8] = []

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    var all: [(number: UInt64, value: Value)] = []

    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let tag = Self.varint(&rest), let number = Self.varint(&rest) else { return nil }
            switch tag & 7 {
            case 0: all.append((tag >> 3, Value(number: number)))
            case 2:
                guard number <= UInt64(rest.count) else { return nil }
                all.append((tag >> 3, Value(bytes: Array(rest.prefix(Int(number))))))
                rest = rest.dropFirst(Int(number))
            default: return nil
            }
        }
    }

    func last(_ number: UInt64) -> Value { all.last { $0.number == number }?.value ?? Value() }

    static func packed(_ bytes: [UInt8]) -> [UInt64]? {
        var (rest, numbers): (ArraySlice<UInt8>, [UInt64]) = (bytes[...], [])
        while !rest.isEmpty {
            guard let number = varint(&rest) else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while shift < 64, let byte = rest.popFirst() {
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
