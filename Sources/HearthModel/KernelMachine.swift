/// A support vector machine with one decision value: scikit-learn's OneClassSVM, SVR and NuSVR.
///
/// `decision = sum over vectors of coefficients[i] * K(vector i, row), in order, + intercept`, as libsvm's
/// `svm_predict_values` adds it.
package struct KernelMachine: Sendable, Equatable {
    /// What compares a row with a support vector.
    ///
    /// `x . y` is ``FusedSum/dot(_:_:count:)``.
    package enum Kernel: Sendable, Equatable {
        /// `x . y`.
        case linear
        /// `(gamma * x . y + offset) ^ degree`, by repeated squaring.
        case polynomial(gamma: Double, offset: Double, degree: Int)
        /// `exp(-gamma * d . d)` with `d = x - y`.
        case radial(gamma: Double)
        /// `tanh(gamma * x . y + offset)`.
        case sigmoid(gamma: Double, offset: Double)
    }

    package var kernel: Kernel
    /// Values of a row.
    package var columnCount: Int
    /// The vectors one after the other, ``columnCount`` values each.
    package var supportVectors: [Double]
    /// One per vector.
    package var coefficients: [Double]
    package var intercept: Double
    /// ``Task/anomalyDecision(offset:)`` or ``Task/regression``.
    package var task: Task

    package init(
        kernel: Kernel, columnCount: Int, supportVectors: [Double], coefficients: [Double], intercept: Double,
        task: Task
    ) {
        self.kernel = kernel
        self.columnCount = columnCount
        self.supportVectors = supportVectors
        self.coefficients = coefficients
        self.intercept = intercept
        self.task = task
    }
}

/// A packed kernel machine without its arrays.
package struct KernelMachineShape: Sendable, Equatable {
    package var kernel: KernelMachine.Kernel
    package var columnCount: Int
    package var vectorCount: Int
    package var output: OutputShape

    /// Parameters: the vectors, their coefficients, the intercept.
    package var parameterCount: Int { vectorCount * (columnCount + 1) + 1 }
}

extension KernelMachine {
    func validate(inputCount: Int) throws(ModelError) {
        let place = "kernel machine"
        guard columnCount == inputCount else {
            throw .invalid(place, "\(columnCount) columns found, the \(inputCount) that reach the estimator expected")
        }
        guard supportVectors.count == coefficients.count * columnCount else {
            throw .invalid(
                place,
                "\(supportVectors.count) values of \(coefficients.count) vectors found, \(columnCount) each "
                    + "expected")
        }
        guard supportVectors.allSatisfy(\.isFinite), coefficients.allSatisfy(\.isFinite), intercept.isFinite else {
            throw .invalid(place, "a number that is not finite found")
        }
        try shape.validate()
    }

    var shape: KernelMachineShape {
        KernelMachineShape(
            kernel: kernel, columnCount: columnCount, vectorCount: coefficients.count,
            output: OutputShape(
                family: .linear, outputCount: 1, link: .identity, task: task, classRule: .rawAboveZero,
                accumulator: .float64))
    }

    func pack(to parameters: inout ByteWriter) -> EstimatorShape {
        parameters.write(supportVectors)
        parameters.write(coefficients)
        parameters.write(intercept)
        return .kernelMachine(shape)
    }
}

extension KernelMachineShape {
    func validate() throws(ModelError) {
        let place = "kernel machine"
        guard (0...ModelLimits.pointCount).contains(vectorCount) else {
            throw .invalid(place, "\(vectorCount) vectors found, at most \(ModelLimits.pointCount) expected")
        }
        switch kernel {
        case .linear: break
        case .radial(let gamma):
            guard gamma.isFinite else { throw .invalid(place, "gamma \(gamma) found, a finite number expected") }
        case .sigmoid(let gamma, let offset):
            guard gamma.isFinite, offset.isFinite else {
                throw .invalid(place, "gamma \(gamma) and offset \(offset) found, finite numbers expected")
            }
        case .polynomial(let gamma, let offset, let degree):
            guard gamma.isFinite, offset.isFinite, (0...Int(Int32.max)).contains(degree) else {
                throw .invalid(
                    place, "degree \(degree), gamma \(gamma), offset \(offset) found, which are no kernel")
            }
        }
        switch output.task {
        case .regression, .anomalyDecision: break
        case .classification, .anomaly, .transform, .multiOutputClassification:
            throw .invalid(place, "a task other than regression and the decision of an anomaly found")
        }
        guard output.outputCount == 1, output.link == .identity, output.accumulator == .float64 else {
            throw .invalid(
                place, "\(output.outputCount) outputs, link \(output.link) found, one and none expected")
        }
        try output.validate(place: place)
    }

    init(from reader: inout ByteReader) throws(ModelError) {
        switch try reader.read(UInt8.self) {
        case 0: kernel = .linear
        case 1:
            kernel = .polynomial(
                gamma: try reader.readDouble(), offset: try reader.readDouble(),
                degree: try reader.readCount("degrees", atMost: Int(Int32.max)))
        case 2: kernel = .radial(gamma: try reader.readDouble())
        case 3: kernel = .sigmoid(gamma: try reader.readDouble(), offset: try reader.readDouble())
        case let other: throw reader.malformed("kernel \(other) found, 0 to 3 expected")
        }
        columnCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        vectorCount = try reader.readCount("vectors", atMost: ModelLimits.pointCount)
        output = try OutputShape(from: &reader, family: .linear)
    }

    func encode(to writer: inout ByteWriter) {
        switch kernel {
        case .linear: writer.write(UInt8(0))
        case .polynomial(let gamma, let offset, let degree):
            writer.write(UInt8(1))
            writer.write(gamma)
            writer.write(offset)
            writer.write(count: degree)
        case .radial(let gamma):
            writer.write(UInt8(2))
            writer.write(gamma)
        case .sigmoid(let gamma, let offset):
            writer.write(UInt8(3))
            writer.write(gamma)
            writer.write(offset)
        }
        writer.write(count: columnCount)
        writer.write(count: vectorCount)
        output.encode(to: &writer)
    }
}
