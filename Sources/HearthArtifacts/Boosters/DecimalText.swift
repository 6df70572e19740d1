/// A decimal number as text (`-12.5e-3`), read from bytes and rounded once to the nearest binary one.
///
/// The digits are a whole number w, and the value is w * 10^e. Up to 19 digits and for e from -27 on that is computed
/// here, exactly: the quotient of w and a power of five to 62 bits or more, and whether anything is left, is all that
/// rounding to 53 or 24 bits can depend on. The few other numbers go to the C library, which takes ten times as long.
struct DecimalText {
    /// Whether the bytes are digits with at most a sign before, a point within and an exponent behind; else ``end`` is
    /// where a digit was expected.
    private(set) var isNumber = false
    /// Whether there is neither point nor exponent.
    private(set) var isWhole = true
    /// After the last byte that belongs to the number.
    private(set) var end: Int
    let isNegative: Bool
    /// Digits behind leading zeros.
    private var digitCount = 0
    /// What the digits say, when they are at most 19.
    private var digits: UInt64 = 0
    /// The power of ten; far beyond all that is computed when it is cut.
    private var exponent = 0

    /// Reads from `start` as far as a number goes, at most to `limit`.
    @inline(__always)
    init(_ bytes: Span<UInt8>, from start: Int, to limit: Int) {
        precondition(start >= 0 && limit <= bytes.count, "a number outside its bytes")
        end = start
        isNegative = start < limit && bytes[start] == UInt8(ascii: "-")
        if isNegative { end &+= 1 }
        guard readDigits(bytes, limit) > 0 else { return }
        if end < limit, byte(bytes) == UInt8(ascii: ".") {
            isWhole = false
            end &+= 1
            let places = readDigits(bytes, limit)
            guard places > 0 else { return }
            exponent = 0 &- places
        }
        if end < limit, byte(bytes) | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            end &+= 1
            guard readExponent(bytes, limit) else { return }
        }
        isNumber = true
    }

    /// The byte at ``end``, which is within the bytes.
    @inline(__always)
    private func byte(_ bytes: Span<UInt8>) -> UInt8 { unsafe bytes[unchecked: end] }

    /// Takes in the digits at ``end`` and returns how many there are.
    @inline(__always)
    private mutating func readDigits(_ bytes: Span<UInt8>, _ limit: Int) -> Int {
        let first = end
        if digits == 0 {
            while end < limit, byte(bytes) == UInt8(ascii: "0") { end &+= 1 }
        }
        let significant = end
        while end < limit {
            let digit = byte(bytes) &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            digits = digits &* 10 &+ UInt64(digit)
            end &+= 1
        }
        digitCount &+= end &- significant
        return end &- first
    }

    @inline(__always)
    private mutating func readExponent(_ bytes: Span<UInt8>, _ limit: Int) -> Bool {
        let isBelowZero = end < limit && byte(bytes) == UInt8(ascii: "-")
        if isBelowZero || end < limit && byte(bytes) == UInt8(ascii: "+") { end &+= 1 }
        let first = end
        var value = 0
        while end < limit {
            let digit = byte(bytes) &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            if value < 100_000 { value = value &* 10 &+ Int(digit) }
            end &+= 1
        }
        exponent &+= isBelowZero ? 0 &- value : value
        return end > first
    }

    /// The whole number, when there are no more than 18 digits.
    @inline(__always)
    var integer: Int? {
        guard isNumber, isWhole, digitCount <= 18 else { return nil }
        return isNegative ? 0 &- Int(digits) : Int(digits)
    }

    /// The whole number as a double that is it, when there are no more than 15 digits.
    @inline(__always)
    var wholeDouble: Double? {
        guard isNumber, isWhole, digitCount <= 15 else { return nil }
        return isNegative ? -Double(digits) : Double(digits)
    }

    /// The nearest double; nil for the C library's.
    @inline(__always)
    var double: Double? {
        guard let (significand, exponent) = binary else { return nil }
        // No power of two that comes here makes a subnormal number.
        let magnitude = Double(significand) * Self.powerOfTwo(exponent)
        return isNegative ? -magnitude : magnitude
    }

    /// The nearest float; nil for the C library's.
    @inline(__always)
    var float: Float? {
        guard let (significand, exponent) = binary else { return nil }
        let magnitude = Float(Double(Float(significand)) * Self.powerOfTwo(exponent))
        return isNegative ? -magnitude : magnitude
    }

    /// The value as `significand * 2^exponent`, whose last bit is also set for whatever comes behind it, and then has
    /// 61 others before it.
    @inline(__always)
    private var binary: (significand: Int64, exponent: Int)? {
        guard isNumber, digitCount <= 19 else { return nil }
        guard exponent < 0, digits > 0 else {
            guard digits > 0 else { return (0, 0) }
            guard exponent < Self.powersOfFive.count else { return nil }
            let (five, overflow) = digits.multipliedReportingOverflow(by: Self.powersOfFive[exponent])
            guard !overflow, five <= UInt64(Int64.max) else { return nil }
            return (Int64(five), exponent)
        }
        let places = 0 &- exponent
        guard places < Self.powersOfFive.count else { return nil }
        // Both shifted up to 64 bits: the quotient is from 1/2 to 2, and 2^63 times as much fits 64 bits.
        let divisor = Self.powersOfFive[places]
        let (up, down) = (digits.leadingZeroBitCount, divisor.leadingZeroBitCount)
        let dividend = digits &<< UInt64(up)
        let (quotient, rest) = (divisor &<< UInt64(down)).dividingFullWidth((dividend &>> 1, dividend &<< 63))
        let sticky = (quotient & 1) | (rest == 0 ? 0 : 1)
        return (Int64(quotient &>> 1 | sticky), down &- up &- places &- 62)
    }

    @inline(__always)
    private static func powerOfTwo(_ exponent: Int) -> Double {
        Double(bitPattern: UInt64(truncatingIfNeeded: 1023 &+ exponent) &<< 52)
    }

    /// 5^0 to 5^27, all that fit 64 bits.
    private static let powersOfFive: [UInt64] = [
        1, 5, 25, 125, 625, 3125, 15_625, 78_125, 390_625, 1_953_125, 9_765_625, 48_828_125, 244_140_625,
        1_220_703_125, 6_103_515_625, 30_517_578_125, 152_587_890_625, 762_939_453_125, 3_814_697_265_625,
        19_073_486_328_125, 95_367_431_640_625, 476_837_158_203_125, 2_384_185_791_015_625, 11_920_928_955_078_125,
        59_604_644_775_390_625, 298_023_223_876_953_125, 1_490_116_119_384_765_625, 7_450_580_596_923_828_125,
    ]
}
