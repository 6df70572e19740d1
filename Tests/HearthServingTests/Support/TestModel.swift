import HearthCore
import HearthKernels
import HearthModel
import HearthServing
import HearthTestSupport

/// Servables without files, and their names and ids by number.
enum TestModel {
    static func name(_ number: Int = 1) throws -> ModelName { try ModelName("isolation_forest.series-\(number)") }

    static func id(_ number: Int) throws -> ModelID { try ModelID("isolation_forest_series_20251112_120000_\(number)") }

    /// A servable over a model of its own, `byteCount` bytes by its own account.
    static func servable(_ number: Int, of name: Int = 1, byteCount: Int = 100) throws -> Servable {
        try Servable(
            name: Self.name(name), modelID: id(number), model: model(number), mappedByteCount: byteCount,
            loadMilliseconds: 1, source: .file)
    }

    static func model(_ number: Int) throws -> ServableModel {
        try ServableModel(
            PackedModel.pack(SampleModels.isolationForest(seed: UInt64(number), trees: 2, columns: 2, depth: 2)))
    }
}

extension ModelCache {
    /// The ids in memory, sorted.
    var ids: [String] { contents.map(\.servable.modelID.text).sorted() }
}

extension ByteView {
    /// The bytes of a text, for the length of `body`.
    static func with<Result>(_ text: String, _ body: (ByteView) -> Result) -> Result {
        unsafe Array(text.utf8).withUnsafeBytes { body(unsafe ByteView($0)) }
    }
}
