import Foundation
import HearthArtifacts
import HearthCore
import Testing

struct ManifestTests {
    let manifest: Manifest
    let text: String

    init() throws {
        let digest = try #require(SHA256Digest(hex: String(repeating: "0a", count: 32)))
        manifest = Manifest(
            modelID: try ModelID("z_score_stok_seviye_1"), name: try ModelName("z_score.stok_seviye"),
            key: Manifest.Key(modelType: "z_score", metricType: "stok_seviye"),
            createdAt: Timestamp(microseconds: 1_762_948_800_123_456),
            trainedWith: Manifest.Library(name: "scikit-learn", version: "1.5.2"),
            schema: Manifest.Schema(columns: ["a/b", "ç"], columnCount: 2, window: 2),
            files: [
                ListedFile(name: "model.hearth", byteCount: 512, digest: digest, contentDigest: digest),
                ListedFile(name: "model.pkl", byteCount: 7, digest: digest),
            ])
        text = String(decoding: try manifest.json(), as: UTF8.self)
    }

    @Test func `a manifest comes back as it was written`() throws {
        #expect(try Manifest(json: Array(text.utf8), path: "manifest.json") == manifest)
        #expect(text.contains("\"created_at\" : \"2025-11-12T12:00:00.123456Z\""))
        #expect(text.contains("\"content_sha256\" : \"0a0a"))
        #expect(text.hasSuffix("}\n"))
    }

    @Test func `unknown keys are passed over`() throws {
        let more = text.replacingOccurrences(of: "\"format_version\"", with: "\"later\" : [1], \"format_version\"")
        #expect(try Manifest(json: Array(more.utf8), path: "manifest.json") == manifest)
    }

    struct Change: CustomTestStringConvertible {
        var from: String
        var to: String
        var message: String
        var code = ArtifactError.Code.invalidManifest

        var testDescription: String { "\(from) -> \(to)" }
    }

    @Test(arguments: [
        Change(
            from: "\"format_version\" : 1", to: "\"format_version\" : 2", message: "manifest format version 2 found",
            code: .unsupportedVersion),
        Change(from: "\"format_version\" : 1,", to: "", message: "no key 'format_version' at the top"),
        Change(from: "z_score_stok_seviye_1", to: "../../etc", message: "model_id '../../etc' is not allowed"),
        Change(from: "z_score.stok_seviye", to: "a b", message: "model name 'a b' is not allowed"),
        Change(from: "\"model_type\" : \"z_score\"", to: "\"model_type\" : \"\"", message: "no model_type found"),
        Change(
            from: "\"model_type\" : \"z_score\"", to: "\"model_type\" : 3",
            message: "another kind found at key.model_type"),
        Change(from: "\"column_count\" : 2", to: "\"column_count\" : 0", message: "0 columns found, 1 to 65536"),
        Change(from: "\"column_count\" : 2", to: "\"column_count\" : 3", message: "2 column names found, 3 or none"),
        Change(from: "\"column_count\" : 2", to: "\"column_count\" : 1e30", message: "not JSON"),
        Change(from: "\"window\" : 2", to: "\"window\" : 0", message: "window 0 found, a divisor of the 2 columns"),
        Change(from: "\"window\" : 2", to: "\"window\" : 3", message: "window 3 found"),
        Change(from: "\"size\" : 512", to: "\"size\" : -1", message: "model.hearth has -1 bytes"),
        Change(from: "2025-11-12T", to: "2025-02-30T", message: "created_at '2025-02-30T12:00:00.123456Z' found"),
        Change(from: "\"name\" : \"model.pkl\"", to: "\"name\" : \"../x\"", message: "'../x' is no file name"),
        Change(from: "\"name\" : \"model.pkl\"", to: "\"name\" : \".x\"", message: "'.x' is no file name"),
        Change(from: "\"name\" : \"model.pkl\"", to: "\"name\" : \"manifest.json\"", message: "is no file name"),
        Change(from: "\"name\" : \"model.pkl\"", to: "\"name\" : \"model.hearth\"", message: "a file is listed twice"),
        Change(from: "\"name\" : \"model.hearth\"", to: "\"name\" : \"other\"", message: "no model.hearth with a"),
        Change(from: "\"content_sha256\" : \"0a", to: "\"content_sha256\" : \"0A", message: "no content_sha256 of 64"),
        Change(from: "\"sha256\" : \"0a", to: "\"sha256\" : \"", message: "no SHA-256 of 64"),
    ])
    func `a manifest that says what it cannot say is refused`(change: Change) throws {
        let changed = text.replacingOccurrences(of: change.from, with: change.to)
        try #require(changed != text)
        let error = try #require(
            artifactError { () throws(ArtifactError) in
                try Manifest(json: Array(changed.utf8), path: "manifest.json")
            })
        #expect(error.code == change.code)
        #expect(error.message.contains(change.message), "\(error)")
    }

    @Test func `a manifest truncated at any length is refused`() {
        let bytes = Array(text.utf8)
        for count in 0..<bytes.count - 2 {
            #expect(throws: ArtifactError.self, "at \(count)") {
                try Manifest(json: Array(bytes[..<count]), path: "manifest.json")
            }
        }
    }

    @Test func `text that is no manifest is refused`() {
        let deep = String(repeating: "[", count: 100_000)
        let columns = (0..<70_000).map { "\"\($0)\"" }.joined(separator: ",")
        let many = text.replacingOccurrences(of: "\"a/b\",", with: "\(columns),")
            .replacingOccurrences(of: "\"column_count\" : 2", with: "\"column_count\" : 70001")
        for other in ["", "null", "[]", "\u{FEFF}{}", deep, many, String(repeating: " ", count: 2 << 20)] {
            #expect(throws: ArtifactError.self) { try Manifest(json: Array(other.utf8), path: "manifest.json") }
        }
        #expect(throws: ArtifactError.self) { try Manifest(json: [0xFF, 0xFE, 0x00], path: "manifest.json") }
    }

    @Test func `R133: metadata comes back as it was written`() throws {
        let text = try Sample.metadata.json()
        #expect(try ModelMetadata(json: text, path: "meta.json") == Sample.metadata)
    }

    @Test func `metrics that are no numbers are written as null`() throws {
        var metadata = Sample.metadata
        metadata.metrics = ["a": .number(.nan), "b": .number(.infinity), "c": .number(1e300)]
        let read = try ModelMetadata(json: try metadata.json(), path: "meta.json")
        #expect(read.metrics == ["a": .null, "b": .null, "c": .number(1e300)])
    }
}
