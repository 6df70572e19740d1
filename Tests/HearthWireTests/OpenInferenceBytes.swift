import HearthCore
import HearthTestSupport

@testable import HearthWire

/// Messages of inference put together byte by byte, in forms that no library would choose too.
enum InferBytes {
    /// One input tensor.
    struct Input {
        var name = "x"
        var datatype = "FP64"
        var shape: [Int64] = []
        var raw: [UInt8]?
        /// Fields of `contents`.
        var contents: [UInt8]?
        var parameters: [String] = []
        /// Entries of the map of parameters as they are.
        var entries: [UInt8] = []
        var packsShape = true

        /// An input whose elements are raw.
        static func raw<Element: BitwiseCopyable>(
            _ name: String, _ datatype: String, _ shape: [Int64], _ elements: [Element]
        ) -> Input {
            Input(name: name, datatype: datatype, shape: shape, raw: InferBytes.raw(elements))
        }

        /// An input whose elements are in field `number` of `contents`, packed.
        static func typed(_ datatype: String, _ shape: [Int64], _ number: UInt8, _ elements: [UInt8]) -> Input {
            Input(datatype: datatype, shape: shape, contents: field(number, elements))
        }
    }

    /// One output that is asked for.
    struct Wanted {
        var name: String
        var parameters: [String] = []
        var entries: [UInt8] = []
    }

    static func raw<Element: BitwiseCopyable>(_ elements: [Element]) -> [UInt8] {
        unsafe elements.withUnsafeBytes { unsafe Array($0) }
    }

    static func varint(_ value: UInt64) -> [UInt8] {
        var (bytes, rest): ([UInt8], UInt64) = ([], value)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [number << 3 | 2] + varint(UInt64(bytes.count)) + bytes
    }

    /// An entry of a map of parameters, set to `true`.
    private static func parameter(_ number: UInt8, _ key: String) -> [UInt8] {
        field(number, field(1, Array(key.utf8)) + field(2, [0x08, 1]))
    }

    /// An entry of a map of parameters, a text.
    static func parameter(_ number: UInt8, _ key: String, _ text: String) -> [UInt8] {
        field(number, field(1, Array(key.utf8)) + field(2, field(3, Array(text.utf8))))
    }

    /// An entry of a map of parameters, a number.
    static func parameter(_ number: UInt8, _ key: String, _ value: Int64) -> [UInt8] {
        field(number, field(1, Array(key.utf8)) + field(2, [0x10] + varint(UInt64(bitPattern: value))))
    }

    static func input(_ input: Input) -> [UInt8] {
        var bytes = field(1, Array(input.name.utf8)) + field(2, Array(input.datatype.utf8))
        let shape = input.shape.map { varint(UInt64(bitPattern: $0)) }
        if input.packsShape {
            bytes += field(3, shape.flatMap(\.self))
        } else {
            for dimension in shape { bytes += [3 << 3] + dimension }
        }
        for key in input.parameters { bytes += parameter(4, key) }
        bytes += input.entries
        if let contents = input.contents { bytes += field(5, contents) }
        return bytes
    }

    static func request(
        model: String = "m", version: String = "", id: String = "", inputs: [Input] = [], outputs: [Wanted] = [],
        rawFirst: Bool = false, parameters: [String] = []
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        for (number, text) in [(UInt8(1), model), (2, version), (3, id)] where !text.isEmpty {
            bytes += field(number, Array(text.utf8))
        }
        for key in parameters { bytes += parameter(4, key) }
        let raw = inputs.compactMap(\.raw).flatMap { field(7, $0) }
        if rawFirst { bytes += raw }
        for input in inputs { bytes += field(5, self.input(input)) }
        for output in outputs {
            bytes += field(
                6,
                field(1, Array(output.name.utf8)) + output.parameters.flatMap { parameter(2, $0) }
                    + output.entries)
        }
        return rawFirst ? bytes : bytes + raw
    }

    /// The rows that a request becomes for a model of `count` columns.
    static func rows(
        _ bytes: [UInt8], columns count: Int, names: [String] = [], arena: Arena = Arena()
    ) -> Result<Rows, CallFailure> {
        bytes.withView { payload in
            arena.reset()
            guard let request = InferCodec.request(payload, in: arena) else {
                return .failure(CallFailure(.internalError, "no request"))
            }
            let columns = InferColumns(modelName: ByteView("m"), count: count, names: names)
            return Result { () throws(CallFailure) in
                let rowCount = try request.rowCount(columns, in: arena)
                let values = unsafe try request.rows(rowCount, columns, in: arena)
                return unsafe Rows(
                    count: rowCount,
                    values: Array(UnsafeBufferPointer(start: values, count: rowCount * columns.count)))
            }
        }
    }

    /// What a request became.
    struct Rows: Equatable {
        var count: Int
        var values: [Double]
    }
}
