import Foundation
import HearthArtifacts
import HearthKernels
import HearthModel
import Testing

/// What a case of the corpus says that a model answers.
struct CorpusOutputs {
    struct Output {
        var name: String
        /// `label`, `exact`, `libm`, `f32` or `blas`.
        var rounding: String
        /// Numbers; of labels that are text, empty.
        var numbers: [Double]
        /// Labels that are text.
        var texts: [String]
    }

    /// As they stand in the case; ``rows(for:)`` gives them as a model takes them.
    private var values: [Any] = []
    private var numbers: [Double] = []
    var columnCount: Int
    var outputs: [Output]

    init(_ content: [String: Any]) throws {
        let input = try #require(content["X"] as? [String: Any])
        if input["dtype"] as? String == "object" || input["dtype"] as? String == "str" {
            values = try #require(input["data"] as? [Any])
            // Foundation rounds some numbers of JSON otherwise than Python has written them.
            if input["b64"] != nil { numbers = try Self.numbers(input) }
        } else {
            numbers = try Self.numbers(input)
        }
        let shape = try #require(input["shape"] as? [Int])
        columnCount = shape[1]
        let rounding = try #require(content["rounding"] as? [String: String])
        let all = try #require(content["outputs"] as? [String: Any])
        // Several arrays of one method are those of several targets.
        let arrays = try all.flatMap { name, value -> [(name: String, method: String, array: [String: Any])] in
            if let array = value as? [String: Any] { return [(name, name, array)] }
            let targets = try #require(value as? [[String: Any]])
            return targets.enumerated().map { ("\(name)_\($0)", name, $1) }
        }
        outputs = try arrays.sorted { $0.name < $1.name }.map { name, method, array in
            // Labels kept as objects are text, numbers or bools.
            let isText = array["dtype"] as? String == "str" || array["data"] is [String]
            return Output(
                name: name, rounding: try #require(rounding[method]), numbers: isText ? [] : try Self.numbers(array),
                texts: isText ? try #require(array["data"] as? [String]) : [])
        }
    }

    /// The rows for a model: texts as their codes.
    func rows(for signature: InputSignature) -> [Double] {
        guard !values.isEmpty else { return numbers }
        return values.enumerated().map { index, value in
            let vocabulary = signature.vocabularies.first { $0.column == index % columnCount }
            if let text = value as? String {
                if text == "NaN" { return .nan }
                guard let vocabulary else { return .signalingNaN }
                let known = vocabulary.texts.firstIndex { $0.utf8.elementsEqual(text.utf8) }
                return known.map(Double.init) ?? Vocabulary.unknown
            }
            if let number = value as? NSNumber { return numbers.isEmpty ? number.doubleValue : numbers[index] }
            return vocabulary == nil ? .nan : Vocabulary.none
        }
    }

    /// The numbers of an array of the corpus; floats by their bits.
    private static func numbers(_ array: [String: Any]) throws -> [Double] {
        guard let text = array["b64"] as? String else {
            return try #require(array["data"] as? [NSNumber]).map(\.doubleValue)
        }
        let bytes = [UInt8](try #require(Data(base64Encoded: text)))
        let size = array["dtype"] as? String == "float32" ? 4 : 8
        return stride(from: 0, to: bytes.count, by: size).map { start in
            let bits = bytes[start..<start + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return size == 4 ? Double(Float(bitPattern: UInt32(bits))) : Double(bitPattern: bits)
        }
    }
}

/// How many arrays of an estimator were compared, and how far they were off.
struct ExactnessTable {
    struct Line {
        var arrayCount = 0
        var exactCount = 0
        var differenceMax = 0.0
    }

    private var lines: [String: Line] = [:]

    mutating func add(_ name: String, isExact: Bool, difference: Double) {
        lines[name, default: Line()].arrayCount += 1
        lines[name, default: Line()].exactCount += isExact ? 1 : 0
        lines[name, default: Line()].differenceMax = max(lines[name]?.differenceMax ?? 0, difference)
    }

    var arrayCount: Int { lines.values.reduce(0) { $0 + $1.arrayCount } }

    var text: String {
        let rows = lines.sorted { $0.key < $1.key }.map { name, line in
            "\(name.padding(toLength: 64, withPad: " ", startingAt: 0)) \(line.arrayCount)  \(line.exactCount)  "
                + "\(line.differenceMax)"
        }
        return (["estimator, version: arrays, exact, largest difference"] + rows).joined(separator: "\n")
    }
}

extension ServableModel {
    convenience init(imported definition: ModelDefinition) throws(ModelError) {
        try self.init(PackedModel.pack(definition))
    }

    /// All outputs of `rows` by name; classes as indices.
    func answers(to rows: [Double]) throws -> [String: [Double]] {
        let rowCount = rows.count / signature.columnCount
        var values = [Double](repeating: .signalingNaN, count: rowCount * outputWidth)
        var scratch = [UInt8](repeating: 0xAA, count: scratchByteCount)
        let problem = unsafe rows.withUnsafeBufferPointer { rows in
            unsafe values.withUnsafeMutableBufferPointer { values in
                unsafe scratch.withUnsafeMutableBytes { scratch -> RowProblem? in
                    guard let rows = rows.baseAddress, let values = values.baseAddress,
                        let scratch = scratch.baseAddress
                    else { return nil }
                    return unsafe predict(
                        rows: rows, rowCount: rowCount, range: 0..<rowCount, outputs: values, scratch: scratch)
                }
            }
        }
        if let problem { throw problem }
        var answers: [String: [Double]] = [:]
        var start = 0
        for output in outputs {
            answers[output.name] = Array(values[start..<start + rowCount * output.width])
            start += rowCount * output.width
        }
        return answers
    }
}
