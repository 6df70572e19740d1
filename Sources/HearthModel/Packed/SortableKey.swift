/// Numbers as unsigned integers in the same order, which is how packed nodes and prepared rows hold them.
///
/// `a <= b` for two numbers is `key(a) <= key(b)`, with both zeros the same key. What floats spend on NaN is free at
/// both ends of the range: below minus infinity and above plus infinity. The bottom key stands for a missing value that
/// goes left, ``missingRight32`` for one that goes right, and a key above plus infinity is a leaf: no value is greater,
/// so a walk that goes right only when `value > threshold` stays where it is, without a branch. Comparing integers also
/// costs one instruction less per step than comparing floats: the carry of the comparison is added to the child's
/// index.
///
/// Public, unlike the rest of this target, because the compiler inlines only public functions into other targets, and a
/// call per value would cost more than the conversion.
public enum SortableKey {
    /// A missing value, at a node that sends those left: less than every threshold.
    @inlinable public static var missingLeft32: UInt32 { 0 }
    /// The key of plus infinity, the greatest of a number.
    @inlinable public static var infinity32: UInt32 { 0xFF80_0000 }
    /// A missing value, at a node that sends those right: greater than every threshold.
    @inlinable public static var missingRight32: UInt32 { 0xFF80_0001 }
    /// The key of a leaf with leaf row 0; the row is added.
    @inlinable public static var firstLeaf32: UInt32 { 0xFF80_0001 }
    /// Leaf rows that a 32-bit key can name.
    package static let leafRowCount32 = 0x7F_FFFF

    /// As ``missingLeft32``.
    @inlinable public static var missingLeft64: UInt64 { 0 }
    /// As ``infinity32``.
    @inlinable public static var infinity64: UInt64 { 0xFFF0_0000_0000_0000 }
    /// As ``missingRight32``.
    @inlinable public static var missingRight64: UInt64 { 0xFFF0_0000_0000_0001 }
    /// As ``firstLeaf32``.
    @inlinable public static var firstLeaf64: UInt64 { 0xFFF0_0000_0000_0001 }

    /// The key of a number that is not NaN.
    @inlinable @inline(__always)
    public static func of(_ value: Float) -> UInt32 {
        // Adding 0 turns -0 into +0 and changes nothing else.
        let bits = (value + 0).bitPattern
        return bits ^ (UInt32(bitPattern: Int32(bitPattern: bits) >> 31) | 0x8000_0000)
    }

    /// The key of a number that is not NaN.
    @inlinable @inline(__always)
    public static func of(_ value: Double) -> UInt64 {
        let bits = (value + 0).bitPattern
        return bits ^ (UInt64(bitPattern: Int64(bitPattern: bits) >> 63) | 0x8000_0000_0000_0000)
    }

    /// The number whose key this is.
    @inlinable @inline(__always)
    public static func number(_ key: UInt64) -> Double {
        Double(bitPattern: key >> 63 == 1 ? key ^ 0x8000_0000_0000_0000 : ~key)
    }
}

/// Where a split falls, as the key of the largest value that goes left.
struct SplitKey {
    /// For float32 values.
    let small: UInt32
    /// For float64 values, and float32 values widened to float64.
    let wide: UInt64

    /// A float32 value `x` is `<= threshold` exactly when it is `<=` the largest float32 that is, so thresholds are
    /// rounded down; `x < threshold` leaves out one key more when the threshold is itself a float32.
    ///
    /// Rounding down is a step to the key before, without a branch: every other threshold takes it.
    init(_ threshold: Double, rule: TreeEnsemble.SplitRule, thresholds: TreeEnsemble.Number) {
        let stated = thresholds == .float32 ? Double(Float(threshold)) : threshold
        let rounded = Float(stated)
        let nearest = SortableKey.of(rounded)
        switch rule {
        case .lessOrEqual:
            small = nearest &- (Double(rounded) > stated ? 1 : 0)
            wide = SortableKey.of(stated)
        case .less:
            small = nearest &- (Double(rounded) >= stated ? 1 : 0)
            wide = SortableKey.of(stated) &- 1
        }
    }
}
