import HearthCore
import Testing

@testable import HearthArtifacts

/// Numbers read from bytes are those that the C library reads from the same text.
struct DecimalTextTests {
    private func number(_ text: String) -> DecimalText {
        let bytes = Array("x\(text),".utf8)
        return DecimalText(bytes.span, from: 1, to: bytes.count)
    }

    private func expectNearest(_ text: String) {
        let found = number(text)
        #expect(found.isNumber && found.end == 1 + text.utf8.count, "\(text)")
        if let double = found.double { #expect(double.bitPattern == Double(text)?.bitPattern, "\(text)") }
        if let float = found.float { #expect(float.bitPattern == Float(text)?.bitPattern, "\(text)") }
    }

    @Test func `random digits are rounded as the C library rounds them`() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<20_000 {
            let digits = String(random.next() >> UInt64.random(in: 0...63, using: &random))
            let point = digits.index(digits.startIndex, offsetBy: Int.random(in: 0...digits.count - 1, using: &random))
            let sign = Bool.random(using: &random) ? "-" : ""
            let exponent = Int.random(in: -30...30, using: &random)
            expectNearest("\(sign)\(digits)")
            expectNearest("\(sign)\(digits)e\(exponent)")
            expectNearest("\(sign)0\(digits[..<point]).\(digits[point...])E\(exponent)")
        }
    }

    @Test func `what a double or float prints is read back`() {
        var random = SplitMix64(seed: 8)
        for _ in 0..<20_000 {
            let double = Double.random(in: -4...4, using: &random)
            #expect(number("\(double)").double == double)
            let float = Float.random(in: -4...4, using: &random)
            #expect(number("\(float)").float == float)
        }
    }

    @Test func `numbers half way between two others go to the even one`() {
        for step in 0..<200 as Range<UInt64> {
            expectNearest("\(1 << 53 + step)")
            expectNearest("\(1 << 54 + 2 * step + 1)")
            expectNearest("\(1 << 24 + step)")
            expectNearest("\(1 << 24 + step).5")
            expectNearest("\(1 << 24 + step).50000000001")
        }
        // One half of the last bit of 1, to the last digit.
        expectNearest("1.0000000596046447754")
        expectNearest("1.000000059604644775390625")
    }

    @Test(arguments: [
        ("0", 0.0), ("-0", -0.0), ("0.000e5", 0), ("00012", 12), ("1e22", 1e22), ("18446744073709551615", 0x1p64),
        ("9999999999999999999", 1e19), ("1e-27", 1e-27),
    ])
    func `a number is read`(text: String, value: Double) {
        let found = number(text)
        #expect((found.double ?? Double(text))?.bitPattern == value.bitPattern)
    }

    @Test(arguments: ["1e-28", "1e400", "12345678901234567890", "10000000000000000000000000000000000000000"])
    func `what is left to the C library is not guessed`(text: String) {
        #expect(number(text).isNumber && number(text).double == nil && number(text).float == nil)
    }

    @Test(arguments: [("", 1), ("-", 2), (".5", 1), ("1.", 3), ("1.e5", 3), ("1e", 3), ("1e+", 4), ("x", 1), ("+1", 1)])
    func `what is no number ends where a digit was expected`(text: String, end: Int) {
        #expect(!number(text).isNumber && number(text).end == end)
    }

    @Test func `whole numbers are whole`() {
        #expect(number("-17").integer == -17 && number("-17").wholeDouble == -17 && number("17.0").integer == nil)
        #expect(number("999999999999999999").integer == 999_999_999_999_999_999)
        #expect(number("1234567890123456789").integer == nil && number("1234567890123456").wholeDouble == nil)
        #expect(number("12 ").end == 3 && number("12e1").integer == nil)
    }
}
