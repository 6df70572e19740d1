import HearthCore
import HearthKernels
import HearthModel
import HearthServing
import HearthWire

/// What a model's outputs are to the Open Inference Protocol: one rule for replies and for metadata.
extension Servable {
    /// What the values of the output at `position` are; its datatype follows from it.
    @inline(__always)
    func outputKind(at position: Int) -> InferOutputKind {
        switch model.outputs[position].classLists {
        case .integers(let classes): return .integerClasses(classes)
        case .booleans(let classes): return .booleanClasses(classes)
        case .floats(let classes): return .floatClasses(classes)
        case .strings: if let labels = outputLabels[position] { return .textClasses(labels) }
        case nil: break
        }
        // An anomaly model is the one kind that has `score_samples`; its `predict` is -1 or 1.
        let choosesSign = outputNames[position].view.equals("predict") && outputNames[0].view.equals("score_samples")
        return choosesSign ? .wholeNumbers : .numbers
    }
}
