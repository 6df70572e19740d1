extension PackedModel {
    /// Lays a definition out as the kernels read it, after ``ModelDefinition/validate()``.
    ///
    /// The same definition gives the same bytes.
    package static func pack(_ definition: ModelDefinition) throws(ModelError) -> [ModelSection] {
        try definition.validate()
        var parameters = ByteWriter()
        var stages: [StageShape] = []
        var children: [[ModelSection]] = []
        for stage in definition.stages {
            let inputCount = stages.last?.outputCount ?? definition.signature.columnCount
            stages.append(stage.pack(to: &parameters, inputCount: inputCount))
            guard case .estimates(let estimates) = stage else { continue }
            for member in estimates.members { children.append(try pack(member.model)) }
        }
        let estimator: EstimatorShape
        var arrays: [ModelSection] = []
        switch definition.estimator {
        case .treeEnsemble(let ensemble):
            var packer = try EnsemblePacker(ensemble)
            arrays = packer.pack()
            parameters.write(ensemble.baseValues)
            estimator = .treeEnsemble(packer.shape)
        case .linear(let model):
            for row in model.coefficients { parameters.write(row) }
            parameters.write(model.intercepts)
            estimator = .linear(
                columnCount: model.coefficients[0].count,
                output: model.outputShape)
        case .zScore(let model):
            parameters.write(model.centers)
            parameters.write(model.scales)
            estimator = .zScore(method: model.method, columnCount: model.centers.count, threshold: model.threshold)
        case .identity:
            estimator = .identity(columnCount: stages.last?.outputCount ?? definition.signature.columnCount)
        case .combination(let combination):
            let shape = combination.shape(columnCount: stages.last?.outputCount ?? definition.signature.columnCount)
            parameters.write(combination.parameters)
            estimator = .combination(shape)
        case .kernelMachine(let model): estimator = model.pack(to: &parameters)
        case .localOutlierFactor(let model): (estimator, arrays) = model.pack(to: &parameters)
        }
        if !children.isEmpty { arrays.append(NestedModels.encode(children)) }
        let descriptor = ModelDescriptor(
            signature: definition.signature, stages: stages, estimator: estimator, threshold: definition.threshold)
        return [
            ModelSection(.descriptor, bytes: descriptor.encoded()), ModelSection(.parameters, bytes: parameters.bytes),
        ] + arrays
    }
}

extension Stage {
    func pack(to parameters: inout ByteWriter, inputCount: Int) -> StageShape {
        switch self {
        case .impute(let imputer):
            parameters.write(imputer.statistics)
            parameters.write(imputer.missing ?? [])
            return .impute(
                inputCount: imputer.statistics.count, outputCount: imputer.outputCount,
                indicatorColumns: imputer.indicatorColumns, hasMissing: imputer.missing != nil)
        case .columns(let branches):
            return .columns(inputCount: inputCount, branches.map { $0.pack(to: &parameters) })
        case .encode(let encoder): return .encode(encoder.pack(to: &parameters))
        case .markMissing(let marker): return .markMissing(inputCount: inputCount, marker)
        case .estimates(let estimates):
            for member in estimates.members {
                for answer in member.answers { parameters.write(answer.classValues) }
            }
            return .estimates(EstimatesShape(estimates, inputCount: inputCount))
        case .polynomial(let features): return .polynomial(features)
        case .project(let projection): return projection.pack(to: &parameters)
        case .scale(let scaler):
            switch scaler.form {
            case .subtractThenDivide(let offset, let scale):
                parameters.write(offset ?? [])
                parameters.write(scale ?? [])
                return .subtractThenDivide(
                    count: inputCount, hasOffset: offset != nil, hasScale: scale != nil)
            case .multiplyThenAdd(let scale, let offset, let clip):
                parameters.write(scale)
                parameters.write(offset)
                return .multiplyThenAdd(count: scale.count, clip: clip)
            }
        }
    }
}
