import Foundation
import HearthArtifacts
import HearthKernels
import HearthModel
import Testing

/// A model of a library with rows and the outputs that the library gave (`Fixtures/boosters/make_fixtures.py`).
struct BoosterCase: CustomTestStringConvertible, Sendable {
    /// Numbers with a shape.
    struct Numbers: Decodable, Sendable {
        var dtype: String
        var shape: [Int]
        var b64: Data

        /// The numbers as doubles, which hold each of them exactly.
        var values: [Double] {
            switch dtype {
            case "float64": integers(UInt64.self).map { Double(bitPattern: $0) }
            case "float32": integers(UInt32.self).map { Double(Float(bitPattern: $0)) }
            case "int64": integers(UInt64.self).map { Double(Int64(bitPattern: $0)) }
            default: []
            }
        }

        private func integers<Integer: FixedWidthInteger>(_: Integer.Type) -> [Integer] {
            let size = MemoryLayout<Integer>.size
            return stride(from: 0, to: b64.count, by: size).map { start in
                b64[start..<start + size].reversed().reduce(0) { $0 << 8 | Integer($1) }
            }
        }
    }

    struct File: Decodable, Sendable {
        var file: String
    }

    private struct Content: Decodable {
        var X: Numbers
        var outputs: [String: Numbers]
        var files: [File]
        var missing: Float?
        var inplace_predict: Numbers?
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/boosters")

    /// `xgboost-3.2.0`.
    let library: String
    let name: String
    let X: Numbers
    let outputs: [String: Numbers]
    let files: [String]
    let missing: Float?
    /// What `inplace_predict` gives where it differs from `predict`.
    let inPlace: Numbers?

    var testDescription: String { "\(library)/\(name)" }

    init(library: String, name: String) throws {
        self.library = library
        self.name = name
        let decoder = JSONDecoder()
        decoder.dataDecodingStrategy = .base64
        let url = Self.folder.appending(path: "\(library)/\(name).json")
        let content = try decoder.decode(Content.self, from: Data(contentsOf: url))
        X = content.X
        outputs = content.outputs
        files = content.files.map(\.file)
        missing = content.missing
        inPlace = content.inplace_predict
    }

    /// Every case of every library, in order; those that are refused by name among them.
    static let all: [BoosterCase] = {
        let manager = FileManager.default
        let libraries = (try? manager.contentsOfDirectory(atPath: folder.path)) ?? []
        return libraries.sorted().flatMap { library -> [BoosterCase] in
            let names = (try? manager.contentsOfDirectory(atPath: folder.appending(path: library).path)) ?? []
            return names.sorted().filter { $0.hasSuffix(".json") && !$0.hasSuffix(".model.json") }
                .compactMap { try? BoosterCase(library: library, name: String($0.dropLast(5))) }
        }
    }()

    func bytes(_ file: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: Self.folder.appending(path: "\(library)/\(file)")))
    }

    /// The model of one file, `missing` as the case was made with.
    func model(_ file: String, dartSums: XGBoostOptions.DartSums = .matrix) throws -> BoosterModel {
        let bytes = try bytes(file)
        guard file.hasSuffix(".txt") else {
            let options = XGBoostOptions(missing: missing ?? .nan, dartSums: dartSums)
            return try BoosterConverter.model(xgboost: bytes, path: file, options: options)
        }
        return try BoosterConverter.model(bytes, path: file)
    }
}

/// Bits, with every NaN the same.
func bits(_ values: [Double]) -> [UInt64] {
    values.map { $0.isNaN ? 0x7FF8_0000_0000_0000 : $0.bitPattern }
}
