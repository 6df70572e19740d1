import HearthModel

/// A stage that asks models about the row, ready to run: addresses and numbers only, as ``KernelPlan`` is.
///
/// The memory belongs to ``EstimatesProgram``.
@safe
struct EstimatesPlan {
    /// One model and what it contributes.
    @safe
    struct Member {
        let plan: UnsafePointer<KernelPlan>
        /// The columns of the row that the model sees; nil for all.
        let columns: UnsafePointer<Int>?
        let columnCount: Int
        let roundsToFloat32: Bool
        let answers: UnsafePointer<Answer>
        let answerCount: Int
    }

    /// Values of one output and where they go.
    @safe
    struct Answer {
        /// Where the first of them stands in the outputs of one row.
        let start: Int
        let count: Int
        /// What the classes of a `predict` count as, by index.
        let classValues: UnsafePointer<Double>?
        let width: Int
        /// Nil for one after the other.
        let places: UnsafePointer<Int>?
    }

    let members: UnsafePointer<Member>
    let memberCount: Int
    let inputCount: Int
    let passesRow: Bool
    let requiresFinite: Bool
    /// Doubles from the start of the stage's memory to the outputs of a member, and to its scratch; the row that it
    /// sees comes first.
    let outputsOffset: Int
    let scratchOffset: Int
    /// Column of the request that each column of the row comes from.
    let sourceColumns: UnsafePointer<Int>
}

/// The memory of an ``EstimatesPlan`` and the models that it asks.
@safe
final class EstimatesProgram: Sendable {
    // Filled by the initialiser, read-only afterwards, freed with the object.
    nonisolated(unsafe) private let members: UnsafeMutableBufferPointer<EstimatesPlan.Member>
    nonisolated(unsafe) private let answers: UnsafeMutableBufferPointer<EstimatesPlan.Answer>
    nonisolated(unsafe) private let indices: UnsafeMutableBufferPointer<Int>
    private let models: [ServableModel]
    /// Valid as long as this object.
    nonisolated(unsafe) let plan: EstimatesPlan
    /// Doubles of memory that asking takes: for one member, as they come one after the other.
    let memoryCount: Int

    /// `models` are the members', in order; `classValues` are the stage's parameters; `sources` say which column of the
    /// request each column of the row comes from.
    init(
        _ shape: EstimatesShape, models: ArraySlice<ServableModel>, classValues: UnsafePointer<Double>, sources: [Int]
    ) {
        self.models = Array(models)
        unsafe members = .allocate(capacity: shape.members.count)
        unsafe answers = .allocate(capacity: max(shape.members.reduce(0) { $0 + $1.answers.count }, 1))
        var numbers = sources
        for member in shape.members {
            numbers += member.columns ?? []
            for answer in member.answers { numbers += answer.places }
        }
        unsafe indices = .allocate(capacity: max(numbers.count, 1))
        _ = unsafe indices.initialize(fromContentsOf: numbers)
        var nextIndex = sources.count
        var nextAnswer = 0
        var nextValue = 0
        var need = MemberScratch()
        for (index, member) in shape.members.enumerated() {
            let model = self.models[index]
            var columns: UnsafePointer<Int>?
            if let selected = member.columns {
                unsafe columns = Self.pointer(indices, nextIndex)
                nextIndex += selected.count
            }
            let first = nextAnswer
            for answer in member.answers {
                var values: UnsafePointer<Double>?
                if answer.classValueCount > 0 { unsafe values = classValues + nextValue }
                nextValue += answer.classValueCount
                var places: UnsafePointer<Int>?
                if !answer.places.isEmpty { unsafe places = Self.pointer(indices, nextIndex) }
                nextIndex += answer.places.count
                unsafe answers.initializeElement(
                    at: nextAnswer,
                    to: EstimatesPlan.Answer(
                        start: model.start(of: answer.source) + answer.first, count: answer.count, classValues: values,
                        width: answer.width, places: places))
                nextAnswer += 1
            }
            unsafe members.initializeElement(
                at: index,
                to: EstimatesPlan.Member(
                    plan: UnsafePointer(model.plan), columns: columns, columnCount: model.signature.columnCount,
                    roundsToFloat32: member.roundsToFloat32, answers: Self.pointer(answers, first),
                    answerCount: member.answers.count))
            need.widen(to: model)
        }
        let outputsOffset = need.columnCount
        let scratchOffset = outputsOffset + need.outputCount
        memoryCount = scratchOffset + (need.byteCount + 7) / 8
        unsafe plan = EstimatesPlan(
            members: Self.pointer(members, 0), memberCount: shape.members.count, inputCount: shape.inputCount,
            passesRow: shape.passesRow, requiresFinite: shape.requiresFinite,
            outputsOffset: outputsOffset, scratchOffset: scratchOffset,
            sourceColumns: Self.pointer(indices, 0))
    }

    private static func pointer<Element>(
        _ buffer: UnsafeMutableBufferPointer<Element>, _ index: Int
    ) -> UnsafePointer<Element> {
        guard let base = buffer.baseAddress else { preconditionFailure("an allocated buffer has an address") }
        return unsafe UnsafePointer(base + index)
    }

    deinit {
        unsafe members.deallocate()
        unsafe answers.deallocate()
        unsafe indices.deallocate()
    }
}

/// What the members of a stage need of its memory, one after the other in the same place.
private struct MemberScratch {
    /// Values of a row that a member sees.
    var columnCount = 0
    /// Values of all outputs of one row.
    var outputCount = 0
    /// The member's own scratch.
    var byteCount = 0

    mutating func widen(to model: ServableModel) {
        columnCount = max(columnCount, model.signature.columnCount)
        outputCount = max(outputCount, model.outputWidth)
        byteCount = max(byteCount, model.scratchByteCount)
    }
}
