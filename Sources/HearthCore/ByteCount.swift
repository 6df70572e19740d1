/// A number of bytes, as configuration and messages to people have it: `100MiB`, `64KiB`, `512`.
package struct ByteCount: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var bytes: Int

    package init(_ bytes: Int) {
        self.bytes = bytes
    }

    /// So many times 1,024 bytes.
    package static func kibibytes(_ count: Int) -> ByteCount { ByteCount(count << 10) }
    /// So many times 1,048,576 bytes.
    package static func mebibytes(_ count: Int) -> ByteCount { ByteCount(count << 20) }

    /// Reads `512`, `64KiB`, `100MiB`, `2GiB` (also `K`, `M`, `G`); nil for anything else.
    package init?(text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        let factor: Int
        switch text.dropFirst(digits.count).lowercased() {
        case "", "b": factor = 1
        case "k", "kib": factor = 1 << 10
        case "m", "mib": factor = 1 << 20
        case "g", "gib": factor = 1 << 30
        default: return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    /// Reads what ``init(text:)`` reads, and `10KB`, `10MB`, `1GB` in powers of ten, as disks and mail servers mean
    /// them.
    package init?(decimalText text: String) {
        let units = ["kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000]
        guard let factor = units[text.suffix(2).lowercased()] else {
            self.init(text: text)
            return
        }
        guard let number = ByteCount(text: String(text.dropLast(2))), text.dropLast(2).allSatisfy(\.isNumber) else {
            return nil
        }
        let (bytes, overflow) = number.bytes.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        self.init(bytes)
    }

    package static func < (left: ByteCount, right: ByteCount) -> Bool {
        left.bytes < right.bytes
    }

    package var description: String {
        switch bytes {
        case (1 << 30)...: "\(tenths(bytes >> 20, 1 << 10)) GiB"
        case (1 << 20)...: "\(tenths(bytes >> 10, 1 << 10)) MiB"
        case (1 << 10)...: "\(tenths(bytes, 1 << 10)) KiB"
        default: "\(bytes) B"
        }
    }

    private func tenths(_ value: Int, _ unit: Int) -> String {
        let scaled = (value * 10 + unit / 2) / unit
        return scaled % 10 == 0 ? "\(scaled / 10)" : "\(scaled / 10).\(scaled % 10)"
    }
}
