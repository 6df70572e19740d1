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
    /// The models of the members of all ``Estimates`` stages, in order.
    package let children: [PackedModel]
    /// The words of section `NBRS` (``NeighborShape``); nil for estimators without a tree of neighbours.
    package let neighborTree: UnsafePointer<UInt32>?

    /// Checks the sections of one model.
    ///
    /// Sections start at multiples of 8 bytes (files place them at multiples of 64).
    package init(sections: (SectionID) -> UnsafeRawBufferPointer?) throws(ModelError) {
        try unsafe self.init(sections: sections, depth: 0)
    }

    private init(sections: (SectionID) -> UnsafeRawBufferPointer?, depth: Int) throws(ModelError) {
        let descriptor = try unsafe ModelDescriptor(decoding: Self.require(.descriptor, sections, alignment: 1))
        self.descriptor = descriptor
        let bytes = try unsafe Self.require(.parameters, sections, byteCount: descriptor.parameterCount * 8)
        let parameters = unsafe bytes.bindMemory(to: Double.self)
        guard let base = parameters.baseAddress else { throw .malformed(.parameters, "no bytes found") }
        unsafe self.parameters = base
        try unsafe Self.check(parameters, of: descriptor)
        switch descriptor.estimator {
        case .treeEnsemble(let shape): unsafe ensemble = try PackedEnsemble(shape, sections: sections)
        case .linear, .zScore, .identity, .combination, .kernelMachine, .localOutlierFactor: ensemble = nil
        }
        if case .localOutlierFactor(let shape) = descriptor.estimator, shape.wordCount > 0 {
            unsafe neighborTree = try Self.neighborTree(shape, sections)
        } else {
            unsafe neighborTree = nil
        }
        children = try unsafe Self.children(of: descriptor, sections, depth: depth)
    }

    /// Checks the members' models, each as a model of its own and against what its stage takes of it.
    private static func children(
        of descriptor: ModelDescriptor, _ sections: (SectionID) -> UnsafeRawBufferPointer?, depth: Int
    ) throws(ModelError) -> [PackedModel] {
        var members: [(shape: EstimatesShape.Member, inputCount: Int)] = []
        for case .estimates(let shape) in descriptor.stages {
            members += shape.members.map { ($0, shape.inputCount) }
        }
        guard !members.isEmpty else { return [] }
        guard depth < ModelLimits.nestingDepth else {
            throw .malformed(.children, "more than \(ModelLimits.nestingDepth) levels of models within models found")
        }
        let bytes = try unsafe require(.children, sections)
        let nested = try unsafe NestedModels(decoding: bytes, expectedCount: members.count)
        var children: [PackedModel] = []
        children.reserveCapacity(members.count)
        for (index, member) in members.enumerated() {
            do throws(ModelError) {
                let child = try unsafe PackedModel(
                    sections: { unsafe nested.section($0, of: index) }, depth: depth + 1)
                guard let output = child.descriptor.estimator.outputShape else {
                    throw .malformed(.children, "a z-score found, a classifier or regressor expected")
                }
                try member.shape.validate(
                    columnCount: child.descriptor.signature.columnCount, output: output,
                    inputCount: member.inputCount, place: "stage")
                children.append(child)
            } catch {
                throw .malformed(.children, "model \(index): \(error.place): \(error.message)")
            }
        }
        return children
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

    private static func neighborTree(
        _ shape: NeighborShape, _ sections: (SectionID) -> UnsafeRawBufferPointer?
    ) throws(ModelError) -> UnsafePointer<UInt32>? {
        let bytes = try unsafe require(.neighbors, sections, byteCount: shape.wordCount * 4)
        let words = unsafe bytes.bindMemory(to: UInt32.self)
        if let problem = unsafe NeighborTree.problem(
            words, pointCount: shape.pointCount, nodeCount: shape.nodeCount)
        {
            throw .malformed(.neighbors, problem)
        }
        return words.baseAddress
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
        if case .combination(let shape) = descriptor.estimator, let problem = unsafe shape.problem(of: values) {
            throw .malformed(.parameters, problem)
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
