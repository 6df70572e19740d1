import Foundation
import Testing

/// A pickled isolation forest, with rows and the `score_samples` that scikit-learn recorded for them.
struct RecordedForest {
    let pickle: [UInt8]
    let rows: [Double]
    let columnCount: Int
    let scores: [Double]

    init() throws {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fixtures/corpus/sklearn-1.7.2")
        pickle = [UInt8](try Data(contentsOf: fixtures.appendingPathComponent("iforest_auto.p4.pkl")))
        let data = try Data(contentsOf: fixtures.appendingPathComponent("iforest_auto.json"))
        let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let shape = try #require((json["X"] as? [String: Any])?["shape"] as? [Int])
        let outputs = try #require(json["outputs"] as? [String: Any])
        columnCount = shape[1]
        // Behind them come rows with missing values.
        let count = 25
        rows = try Array(Self.doubles(json["X"]).prefix(count * columnCount))
        scores = try Array(Self.doubles(outputs["score_samples"]).prefix(count))
    }

    private static func doubles(_ array: Any?) throws -> [Double] {
        let text = try #require((array as? [String: Any])?["b64"] as? String)
        let bytes = try #require(Data(base64Encoded: text))
        return (0..<bytes.count / 8).map { index in
            Double(bitPattern: bytes[index * 8..<index * 8 + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        }
    }
}
