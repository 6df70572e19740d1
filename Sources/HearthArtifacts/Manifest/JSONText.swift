import FoundationEssentials

/// JSON as the files of a version have it: indented, keys sorted, slashes plain, one line end at the end.
enum JSONText {
    static func encode(_ value: some Encodable, path: String) throws(ArtifactError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return try Array(encoder.encode(value)) + [0x0A]
        } catch {
            throw ArtifactError.manifest(path, "cannot be written as JSON: \(error)", cause: error)
        }
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type, _ text: [UInt8], path: String
    ) throws(ArtifactError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text))
        } catch let error as DecodingError {
            throw ArtifactError.manifest(path, error.sentence, cause: error)
        } catch {
            throw ArtifactError.manifest(path, "is not JSON: \(error)", cause: error)
        }
    }
}

extension DecodingError {
    /// What is wrong and where, without the names of types.
    fileprivate var sentence: String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "the top" : path.map(\.stringValue).joined(separator: ".")
        }
        switch self {
        case .keyNotFound(let key, let context):
            return "no key '\(key.stringValue)' at \(place(context.codingPath))"
        case .valueNotFound(_, let context):
            return "null found at \(place(context.codingPath))"
        case .typeMismatch(_, let context):
            return "a value of another kind found at \(place(context.codingPath)): \(context.debugDescription)"
        case .dataCorrupted(let context):
            return "not JSON at \(place(context.codingPath)): \(context.debugDescription)"
        @unknown default:
            return "not JSON: \(self)"
        }
    }
}
