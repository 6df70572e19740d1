package import HearthCore

extension OpenInference {
    /// The type of a tensor's elements: its name in requests and replies, and its number in a model's configuration.
    package enum Datatype: UInt8, CaseIterable, Sendable {
        case bool = 1
        case uint8 = 2
        case uint16 = 3
        case uint32 = 4
        case uint64 = 5
        case int8 = 6
        case int16 = 7
        case int32 = 8
        case int64 = 9
        case fp16 = 10
        case fp32 = 11
        case fp64 = 12
        /// Text or any other bytes; a configuration calls it TYPE_STRING.
        case bytes = 13
        case bf16 = 14

        /// The name on the wire, e.g. `FP64`.
        package var name: StaticString {
            switch self {
            case .bool: "BOOL"
            case .uint8: "UINT8"
            case .uint16: "UINT16"
            case .uint32: "UINT32"
            case .uint64: "UINT64"
            case .int8: "INT8"
            case .int16: "INT16"
            case .int32: "INT32"
            case .int64: "INT64"
            case .fp16: "FP16"
            case .fp32: "FP32"
            case .fp64: "FP64"
            case .bytes: "BYTES"
            case .bf16: "BF16"
            }
        }

        /// The datatype of that name; nil when there is none.
        package init?(name: ByteView) {
            // What most requests have.
            if name.equals("FP64") {
                self = .fp64
                return
            }
            if name.equals("FP32") {
                self = .fp32
                return
            }
            guard let found = Self.allCases.first(where: { name.equals($0.name) }) else { return nil }
            self = found
        }

        /// Bytes of one element in raw contents; 0 for BYTES, whose elements carry their length.
        package var elementByteCount: Int {
            switch self {
            case .bool, .uint8, .int8: 1
            case .uint16, .int16, .fp16, .bf16: 2
            case .uint32, .int32, .fp32: 4
            case .uint64, .int64, .fp64: 8
            case .bytes: 0
            }
        }
    }
}
