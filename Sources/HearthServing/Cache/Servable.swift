package import HearthCore
package import HearthKernels
import HearthModel
package import Synchronization

/// A loaded model together with its pre-processing, threshold and schema: swapped as one object, never in parts.
///
/// Immutable but for its counters; used from all worker threads at once. Its memory goes back to the system when the
/// last reference ends, be that the cache's or a running request's.
package final class Servable: Sendable {
    package let name: ModelName
    package let modelID: ModelID
    package let model: ServableModel
    /// Bytes that are mapped for it.
    package let mappedByteCount: Int
    package let loadMilliseconds: Double
    package let source: AnswerSource
    /// The name and the id as bytes that replies copy.
    package let nameBytes: StableBytes
    package let idBytes: StableBytes
    /// The names of the outputs as bytes, in the model's order.
    package let outputNames: [StableBytes]
    /// Values per row of each output, and those of the outputs before it.
    package let outputWidths: [Int]
    package let outputOffsets: [Int]
    /// Labels of the outputs that have them, in the model's order; none where the classes are the indices themselves.
    package let outputLabels: [OutputLabels?]
    /// Calls answered.
    package let calls = Atomic<UInt64>(0)
    /// Those of them that were `Detect`.
    package let detections = Atomic<UInt64>(0)
    /// Rows, times and failures.
    package let statistics = ServableStatistics()
    /// The cache's clock at the last call.
    package let lastUsed = Atomic<UInt64>(0)

    /// Takes a checked model; `loadMilliseconds` is what reading and checking it took.
    package init(
        name: ModelName, modelID: ModelID, model: ServableModel, mappedByteCount: Int, loadMilliseconds: Double,
        source: AnswerSource
    ) {
        self.name = name
        self.modelID = modelID
        self.model = model
        self.mappedByteCount = mappedByteCount
        self.loadMilliseconds = loadMilliseconds
        self.source = source
        nameBytes = StableBytes(name.text)
        idBytes = StableBytes(modelID.text)
        outputNames = model.outputs.map { StableBytes($0.name) }
        outputWidths = model.outputs.map(\.width)
        var offset = 0
        outputOffsets = model.outputs.map { output in
            defer { offset += output.width }
            return offset
        }
        outputLabels = model.outputs.map { OutputLabels($0.classLists) }
    }
}

/// Text as bytes at one address for as long as the object lives, so that replies copy it without making a string.
@safe
package final class StableBytes: Sendable {
    // Sound: written once in `init`, freed in `deinit`.
    private nonisolated(unsafe) let memory: UnsafeMutableRawPointer
    private let count: Int

    /// Copies the UTF-8 of `text`.
    package init(_ text: String) {
        count = text.utf8.count
        unsafe memory = .allocate(byteCount: max(1, count), alignment: 1)
        for (index, byte) in text.utf8.enumerated() {
            unsafe memory.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        }
    }

    deinit {
        unsafe memory.deallocate()
    }

    /// Valid while the object lives.
    package var view: ByteView { unsafe ByteView(start: UnsafeRawPointer(memory), count: count) }
}
