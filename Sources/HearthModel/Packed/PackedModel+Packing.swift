extension PackedModel {
    /// Lays a definition out as the kernels read it, after ``ModelDefinition/validate()``.
    ///
    /// The same definition gives the same bytes.
    package static func pack(_ definition: ModelDefinition) throws(ModelError) -> [ModelSection] {
        try definition.validate()
        var parameters = ByteWriter()
        var stages: [StageShape] = []
        for stage in definition.stages {
            let inputCount = stages.last?.outputCount ?? definition.signature.columnCount
            stages.append(stage.pack(to: &parameters, inputCount: inputCount))
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
        case .kernelMachine(let model): estimator = model.pack(to: &parameters)
        case .localOutlierFactor(let model): (estimator, arrays) = model.pack(to: &parameters)
        }
        let descriptor = ModelDescriptor(
            signature: definition.signature, stages: stages, estimator: estimator, threshold: definition.threshold)
        return [
            ModelSection(.descriptor, bytes: descriptor.encoded()), ModelSection(.parameters, bytes: parameters.bytes),
        ] + arrays
    }
}

extension Stage {
    fileprivate func pack(to parameters: inout ByteWriter, inputCount: Int) -> StageShape {
        switch self {
        case .impute(let imputer):
            parameters.write(imputer.statistics)
            return .impute(
                inputCount: imputer.statistics.count, outputCount: imputer.outputCount,
                indicatorColumns: imputer.indicatorColumns)
        case .markMissing(let marker): return .markMissing(inputCount: inputCount, marker)
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
