package import HearthCore
import HearthWire

extension Array where Element == UInt8 {
    /// Lends the bytes as a view. They lie at an address of their own, so that a read beyond the end shows under the
    /// sanitizer.
    package func withView<Value>(_ body: (ByteView) throws -> Value) rethrows -> Value {
        try unsafe withUnsafeBytes { unsafe try body(ByteView($0)) }
    }
}

extension ByteView {
    package var array: [UInt8] { unsafe Array(buffer) }
}

/// Random bytes and choices that are the same in every run.
package struct SeededRandom: RandomNumberGenerator {
    private var generator: SplitMix64

    package init(_ seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    package mutating func next() -> UInt64 { generator.next() }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    /// Text without NUL: C text ends there.
    package mutating func text(_ countMax: Int) -> String {
        let alphabet = Array("abcXYZ019._-/ äß漢")
        return String(
            (0..<Int.random(in: 0...countMax, using: &self)).map { _ in alphabet.randomElement(using: &self) ?? "a" })
    }
}

/// One frame with its header.
package func frameBytes(streamID: UInt32, type: UInt8 = 1, flags: UInt8 = 0, data: [UInt8]) -> [UInt8] {
    var output = OutputBuffer(capacity: 64)
    let header = FrameHeader(dataLength: UInt32(data.count), streamID: streamID, type: type, flags: flags)
    unsafe output.append(atMost: FrameHeader.byteCount) { target in
        unsafe header.write(to: target)
        return FrameHeader.byteCount
    }
    data.withView { output.append($0) }
    return output.bytes.array
}
