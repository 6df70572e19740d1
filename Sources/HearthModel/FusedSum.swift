/// Sums of products in the order and rounding of OpenBLAS on processors with AVX2, which is what NumPy and SciPy bring.
///
/// Other BLAS libraries and kernels add in other orders; the difference is within `(n + 2) 2^-53 sum |x y|`.
package enum FusedSum {
    /// `ddot` (`kernel/x86_64/ddot.c` and `ddot_microk_haswell-2.c`): sixteen partial sums for whole blocks of
    /// sixteen, each product added with one rounding; the rest one after the other, product and sum rounded.
    package static func dot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int) -> Double {
        var sum = 0.0
        var index = 0
        if count >= 16 {
            var (a, b, c, d) = (SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero)
            while index &+ 16 <= count {
                let (left, right) = unsafe (x + index, y + index)
                unsafe a.addProduct(four(left), four(right))
                unsafe b.addProduct(four(left + 4), four(right + 4))
                unsafe c.addProduct(four(left + 8), four(right + 8))
                unsafe d.addProduct(four(left + 12), four(right + 12))
                index &+= 16
            }
            let pairs =
                ((a.lowHalf + a.highHalf) + (b.lowHalf + b.highHalf))
                + ((c.lowHalf + c.highHalf) + (d.lowHalf + d.highHalf))
            sum = pairs.x + pairs.y
        }
        while index < count {
            // The product is rounded before it is added: Swift fuses nothing on its own.
            let product = unsafe x[index] * y[index]
            sum += product
            index &+= 1
        }
        return sum
    }

    /// One element of `dgemm` up to 256 columns: one sum from left to right, each product added with one rounding.
    package static func sequential(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int) -> Double {
        var sum = 0.0
        for index in 0..<count { unsafe sum.addProduct(x[index], y[index]) }
        return sum
    }

    @inline(__always)
    private static func four(_ values: UnsafePointer<Double>) -> SIMD4<Double> {
        unsafe SIMD4(values[0], values[1], values[2], values[3])
    }
}
