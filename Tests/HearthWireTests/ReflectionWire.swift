import HearthCore
import HearthWire

/// Reflection messages as a client reads and writes them, by hand and apart from the code under test.
enum ReflectionWire {
    /// A length-delimited field.
    static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [number << 3 | 2] + varint(bytes.count) + bytes
    }

    static func field(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

    private static func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
    }

    /// The length-delimited fields of a number; an empty list for bytes that end within a field.
    static func fields(_ number: Int, in bytes: [UInt8]) -> [[UInt8]] {
        var rest = bytes[...]
        var found: [[UInt8]] = []
        func number64() -> Int? {
            var value = 0
            var shift = 0
            while let byte = rest.popFirst(), shift < 56 {
                value |= Int(byte & 0x7F) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            return nil
        }
        while !rest.isEmpty {
            guard let tag = number64() else { return [] }
            switch tag & 7 {
            case 0: _ = number64()
            case 1: rest = rest.dropFirst(8)
            case 5: rest = rest.dropFirst(4)
            default:
                guard let count = number64(), count <= rest.count else { return [] }
                if tag >> 3 == number { found.append(Array(rest.prefix(count))) }
                rest = rest.dropFirst(count)
            }
        }
        return found
    }

    static func text(_ bytes: [UInt8]?) -> String? { bytes.flatMap { String(validating: $0, as: UTF8.self) } }

    /// A response taken apart.
    struct Response: Equatable {
        var validHost: String?
        var originalRequest: [UInt8]?
        /// The names of the files in a file_descriptor_response, in order.
        var files: [String]?
        var extensionType: String?
        var services: [String]?
        var errorCode: StatusCode?
        var errorMessage: String?

        init(_ bytes: [UInt8]) {
            validHost = text(fields(1, in: bytes).first)
            originalRequest = fields(2, in: bytes).first
            files = fields(4, in: bytes).first.map { files in
                fields(1, in: files).compactMap { text(fields(1, in: $0).first) }
            }
            extensionType = fields(5, in: bytes).first.flatMap { text(fields(1, in: $0).first) }
            services = fields(6, in: bytes).first.map { list in
                fields(1, in: list).compactMap { text(fields(1, in: $0).first) }
            }
            if let error = fields(7, in: bytes).first {
                errorCode = error.count > 1 && error[0] == 0x08 ? StatusCode(rawValue: Int32(error[1])) : nil
                errorMessage = text(fields(2, in: error).first)
            }
        }
    }
}
