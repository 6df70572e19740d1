import Foundation

/// The counts that `CallCounter` keeps in a file, one slot per thread.
struct CountFile {
    struct Counts {
        var allocations = 0
        var allocatedBytes = 0
        var copiedBytes = 0

        static func - (left: Counts, right: Counts) -> Counts {
            Counts(
                allocations: left.allocations - right.allocations,
                allocatedBytes: left.allocatedBytes - right.allocatedBytes,
                copiedBytes: left.copiedBytes - right.copiedBytes)
        }
    }

    let path: String

    /// The sum over the threads of `process` whose name starts with `prefix`.
    func counts(ofThreads prefix: String, in process: Int32) throws -> Counts {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var sum = Counts()
        for slot in stride(from: 0, to: bytes.count - 31, by: 32) {
            let thread = Self.integer(bytes, slot)
            guard thread != 0,
                let name = try? String(contentsOfFile: "/proc/\(process)/task/\(thread)/comm", encoding: .utf8),
                name.hasPrefix(prefix)
            else { continue }
            sum.allocations += Self.integer(bytes, slot + 8)
            sum.allocatedBytes += Self.integer(bytes, slot + 16)
            sum.copiedBytes += Self.integer(bytes, slot + 24)
        }
        return sum
    }

    private static func integer(_ bytes: [UInt8], _ offset: Int) -> Int {
        (0..<8).reduce(0) { $0 | Int(truncatingIfNeeded: UInt64(bytes[offset + $1]) << (8 * UInt64($1))) }
    }
}
