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
    private let parts: [any AnyObject & Sendable]
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
        var parts: [any AnyObject & Sendable] = []
        // Keeps values at a fixed address as long as the program lives.
        func hold<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
            let array = PlanArray(elements)
            parts.append(array)
            return unsafe array.start
        }
        var members: [EstimatesPlan.Member] = []
        var nextValue = 0
        var need = MemberScratch()
        for (model, member) in zip(models, shape.members) {
            var answers: [EstimatesPlan.Answer] = []
            for answer in member.answers {
                unsafe answers.append(
                    EstimatesPlan.Answer(
                        start: model.start(of: answer.source) + answer.first, count: answer.count,
                        classValues: answer.classValueCount > 0 ? classValues + nextValue : nil, width: answer.width,
                        places: answer.places.isEmpty ? nil : hold(answer.places)))
                nextValue += answer.classValueCount
            }
            unsafe members.append(
                EstimatesPlan.Member(
                    plan: UnsafePointer(model.plan), columns: member.columns.map { unsafe hold($0) },
                    columnCount: model.signature.columnCount, roundsToFloat32: member.roundsToFloat32,
                    answers: hold(answers), answerCount: answers.count))
            need.widen(to: model)
        }
        let outputsOffset = need.columnCount
        let scratchOffset = outputsOffset + need.outputCount
        memoryCount = scratchOffset + (need.byteCount + 7) / 8
        unsafe plan = EstimatesPlan(
            members: hold(members), memberCount: members.count, inputCount: shape.inputCount,
            passesRow: shape.passesRow, requiresFinite: shape.requiresFinite, outputsOffset: outputsOffset,
            scratchOffset: scratchOffset, sourceColumns: hold(sources))
        self.parts = parts
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
