import Glibc
import HearthModel

/// What the kernel of support vectors reads: pointers and numbers, as in ``KernelPlan``.
@safe
struct MachinePlan {
    enum Kind: UInt8 {
        case linear
        case polynomial
        case radial
        case sigmoid
    }

    let kind: Kind
    let gamma: Double
    let offset: Double
    let degree: Int
    let vectorCount: Int

    init(_ shape: KernelMachineShape) {
        vectorCount = shape.vectorCount
        switch shape.kernel {
        case .linear: (kind, gamma, offset, degree) = (.linear, 0, 0, 0)
        case .polynomial(let gamma, let offset, let degree):
            (kind, self.gamma, self.offset, self.degree) = (.polynomial, gamma, offset, degree)
        case .radial(let gamma): (kind, self.gamma, offset, degree) = (.radial, gamma, 0, 0)
        case .sigmoid(let gamma, let offset): (kind, self.gamma, self.offset, degree) = (.sigmoid, gamma, offset, 0)
        }
    }

    /// For estimators that are no kernel machine.
    static let none = MachinePlan(vectorCount: 0)

    private init(vectorCount: Int) {
        (kind, gamma, offset, degree) = (.linear, 0, 0, 0)
        self.vectorCount = vectorCount
    }
}

/// Support vectors as libsvm computes them (`svm.cpp`, `svm_predict_values` and `Kernel::k_function`).
enum MachineKernel {
    /// The decision value of one staged row of finite values; `difference` has room for a row.
    @inline(__always)
    static func decide(
        _ plan: UnsafePointer<KernelPlan>, _ row: UnsafePointer<Double>, difference: UnsafeMutablePointer<Double>
    ) -> Double {
        let columnCount = unsafe plan.pointee.columnCount
        let vectorCount = unsafe plan.pointee.machine.vectorCount
        let gamma = unsafe plan.pointee.machine.gamma
        let offset = unsafe plan.pointee.machine.offset
        let coefficients = unsafe plan.pointee.parameters + vectorCount &* columnCount
        var vector = unsafe plan.pointee.parameters
        var sum = 0.0
        for index in 0..<vectorCount {
            let value: Double
            switch unsafe plan.pointee.machine.kind {
            case .linear: value = unsafe FusedSum.dot(row, vector, count: columnCount)
            case .polynomial:
                let product = unsafe FusedSum.dot(row, vector, count: columnCount)
                value = unsafe power(gamma * product + offset, plan.pointee.machine.degree)
            case .radial:
                for column in 0..<columnCount { unsafe difference[column] = row[column] - vector[column] }
                value = unsafe exp(-gamma * FusedSum.dot(difference, difference, count: columnCount))
            case .sigmoid: value = unsafe tanh(gamma * FusedSum.dot(row, vector, count: columnCount) + offset)
            }
            unsafe sum += coefficients[index] * value
            unsafe vector += columnCount
        }
        return unsafe sum + coefficients[vectorCount]
    }

    /// libsvm's `powi`.
    private static func power(_ base: Double, _ degree: Int) -> Double {
        var (square, result) = (base, 1.0)
        var rest = degree
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest /= 2
        }
        return result
    }
}
