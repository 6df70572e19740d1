import CHearthMessages
import HearthCore

extension ByteView {
    /// The bytes as the generated functions want them.
    var octets: UnsafePointer<UInt8> { unsafe start.assumingMemoryBound(to: UInt8.self) }
}

extension Arena {
    /// The elements of a repeated number field.
    func numbers(_ numbers: [Int64]) -> (start: UnsafeMutablePointer<Int64>?, count: Int) {
        guard !numbers.isEmpty, let memory = unsafe allocate(numbers.count &* 8) else { return (nil, 0) }
        let start = unsafe memory.bindMemory(to: Int64.self, capacity: numbers.count)
        for index in numbers.indices { unsafe start[index] = numbers[index] }
        return unsafe (start, numbers.count)
    }
}

/// The elements of a repeated message field.
func elements<Generated, Value>(
    _ start: UnsafeMutablePointer<UnsafeMutablePointer<Generated>?>?, _ count: Int, _ make: (Generated) -> Value
) -> [Value] {
    (0..<count).compactMap { unsafe start?[$0].map { unsafe make($0.pointee) } }
}
