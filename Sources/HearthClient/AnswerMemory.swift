import HearthCore
import HearthWire

/// What a ``Predictor`` keeps of its last answer: copied out of the connection's buffer, aligned, in memory that is
/// used again.
struct AnswerMemory {
    /// One output and where its values lie.
    struct Output {
        var name: String
        var width: Int
        var offset: Int
        var count: Int

        @inline(__always)
        mutating func take(_ output: PredictReplyView.Output, offset: Int) {
            if !output.name.equals(name) { name = output.name.text }
            width = output.width
            self.offset = offset
            count = output.valueCount
        }
    }

    private(set) var modelVersion = ""
    private(set) var values: [Double] = []
    private(set) var outputCount = 0
    /// Those beyond `outputCount` are of earlier answers, kept for their names.
    private var outputs: [Output] = []

    /// The output at `index` of the last answer.
    func output(_ index: Int) -> Output {
        precondition(index >= 0 && index < outputCount, "an output beyond those of the answer")
        return outputs[index]
    }

    /// Takes over an answer and returns the first value of its first output; NaN when there is none. The same texts as
    /// in the last answer are not made anew.
    @inline(__always)
    mutating func keep(_ reply: inout PredictReplyView) -> Double {
        if !reply.modelVersion.equals(modelVersion) { modelVersion = reply.modelVersion.text }
        outputCount = 0
        values.removeAll(keepingCapacity: true)
        while let output = reply.nextOutput() {
            let offset = values.count
            output.append(to: &values)
            if outputCount < outputs.count {
                outputs[outputCount].take(output, offset: offset)
            } else {
                outputs.append(
                    Output(name: output.name.text, width: output.width, offset: offset, count: output.valueCount))
            }
            outputCount += 1
        }
        return outputCount > 0 && outputs[0].count > 0 ? values[0] : .nan
    }
}
