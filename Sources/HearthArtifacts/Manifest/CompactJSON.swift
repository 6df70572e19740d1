import FoundationEssentials

/// JSON objects on one line, keys sorted: for the registry's columns and for programs that read a command's output.
package enum CompactJSON {
    /// Throws what the encoder throws; numbers that are not finite become null.
    package static func text(_ members: [String: JSONValue]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(JSONValue.object(members)), as: UTF8.self)
    }
}
