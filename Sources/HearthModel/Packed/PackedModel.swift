/// A packed model in memory that somebody else owns: the descriptor decoded, everything else used where it lies.
///
/// Whatever bytes the initialiser accepts, kernels may walk without asking again: every child lies in its tree and
/// after its parent, every depth is right, every feature, leaf row and category is in range, every number that is added
/// is finite. It reads the bytes once, in order, some 4 ns a node: a forest of 51,000 nodes takes 0.2 ms. The memory
/// must stay mapped and unchanged while the value is used.
@safe
package struct PackedModel {
    package let descriptor: ModelDescriptor
    /// ``ModelDescriptor/parameterCount`` doubles.
    package let parameters: UnsafePointer<Double>
    /// The arrays of a tree ensemble; nil for other estimators.
    package let ensemble: PackedEnsemble?

    /// Checks the sections of one model.
    ///
    /// Sections start at multiples of 8 bytes (files place them at multiples of 64).
    package init(sections: (SectionID) -> UnsafeRawBufferPointer?) throws(ModelError) {
        let descriptor = try unsafe ModelDescriptor(decoding: Self.require(.descriptor, sections, alignment: 1))
        self.descriptor = descriptor
        let bytes = try unsafe Self.require(.parameters, sections, byteCount: descriptor.parameterCount * 8)
        let parameters = unsafe bytes.bindMemory(to: Double.self)
        guard let base = parameters.baseAddress else { throw .malformed(.parameters, "no bytes found") }
        unsafe self.parameters = base
        try unsafe Self.check(parameters, of: descriptor)
        switch descriptor.estimator {
        case .treeEnsemble(let shape): unsafe ensemble = try PackedEnsemble(shape, sections: sections)
        case .linear, .zScore, .identity: ensemble = nil
        }
    }

    /// The bytes of a section, which must be there, aligned for doubles and of the expected size.
    static func require(
        _ id: SectionID, _ sections: (SectionID) -> UnsafeRawBufferPointer?, byteCount: Int? = nil, alignment: Int = 8
    ) throws(ModelError) -> UnsafeRawBufferPointer {
        guard let bytes = unsafe sections(id), let base = bytes.baseAddress else {
            throw ModelError(
                .missingSection, at: "section \(id)", "nothing found",
                hint: "the file is not a whole model; publish it again")
        }
        if let byteCount, bytes.count != byteCount {
            throw .malformed(id, "\(bytes.count) bytes found, \(byteCount) expected from the descriptor")
        }
        guard UInt(bitPattern: base) % UInt(alignment) == 0 else {
            throw .malformed(id, "an address that is not a multiple of \(alignment) found")
        }
        return unsafe bytes
    }

    /// The parameters must be what ``ModelDefinition/validate()`` lets through.
    private static func check(
        _ parameters: UnsafeBufferPointer<Double>, of descriptor: ModelDescriptor
    ) throws(ModelError) {
        var offset = 0
        for stage in descriptor.stages {
            unsafe try stage.check(parameters[offset..<offset + stage.parameterCount])
            offset += stage.parameterCount
        }
        let values = unsafe parameters[offset...]
        guard unsafe values.allSatisfy(\.isFinite) else {
            throw .malformed(.parameters, "a parameter of the estimator that is not finite found")
        }
        if case .linear(_, let output) = descriptor.estimator, output.accumulator == .float32 {
            guard unsafe values.allSatisfy({ Float($0).isFinite }) else {
                throw .malformed(.parameters, "a coefficient beyond float32 found")
            }
        }
        if case .zScore(_, let columnCount, _) = descriptor.estimator {
            guard unsafe values.suffix(columnCount).allSatisfy({ $0 >= 0 }) else {
                throw .malformed(.parameters, "a negative scale of a z-score found")
            }
        }
    }
}
