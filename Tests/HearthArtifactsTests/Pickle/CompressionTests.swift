import Foundation
import HearthArtifacts
import Testing

@Suite struct CompressionTests {
    @Test(
        arguments: [
            ("joblib", nil), ("joblib.z", .zlib), ("joblib.gz", .gzip), ("joblib.bz2", .bzip2), ("joblib.xz", .xz),
            ("joblib.lzma", .lzma), ("joblib.lz4", .lz4), ("pkl.gz", .gzip),
        ] as [(String, Codec?)])
    func `the codec shows in the bytes`(suffix: String, codec: Codec?) throws {
        let document = try read(try Corpus.bytes("sklearn-1.7.2/iforest_auto.\(suffix)"))
        #expect(document.codec == codec)
        #expect(document.root.isInstance("IsolationForest"))
    }

    @Test(arguments: ["z", "gz", "bz2", "xz", "lzma", "lz4"])
    func `bytes behind the compressed data are an error`(suffix: String) throws {
        let bytes = try Corpus.bytes("sklearn-1.7.2/iforest_auto.joblib.\(suffix)")
        let error = failure(bytes + [0])
        #expect(error?.code == .corrupt)
        #expect(error?.byteOffset == bytes.count)
    }

    @Test func `a wrong check sum is an error`() throws {
        for (suffix, back) in [("z", 1), ("gz", 5), ("bz2", 2)] {
            var bytes = try Corpus.bytes("sklearn-1.7.2/iforest_auto.joblib.\(suffix)")
            bytes[bytes.count - back] ^= 0x10
            #expect(failure(bytes)?.code == .corrupt, "\(suffix)")
        }
    }

    @Test func `content beyond the limit is not produced`() throws {
        let limits = PickleLimits(contentByteCountMax: 10_000)
        for suffix in ["z", "gz", "bz2", "xz", "lzma", "lz4"] {
            let error = failure(try Corpus.bytes("sklearn-1.7.2/iforest_auto.joblib.\(suffix)"), limits: limits)
            #expect(error?.code == .overBudget, "\(suffix)")
        }
        let plain = failure(try Corpus.bytes("sklearn-1.7.2/iforest_auto.joblib"), limits: limits)
        #expect(plain?.code == .overBudget)
    }

    @Test func `a bomb ends at the ratio`() {
        let bytes = [UInt8](Data(base64Encoded: ZeroBomb.bzip2) ?? Data())
        let error = failure(bytes)
        #expect(error?.code == .overBudget)
        #expect(error?.message.contains("at most 250 times as many are read") == true)
    }

    @Test func `a bomb below the ratio ends at the limit of content`() {
        // 40 MB of zeros, 158 times as many as bytes of zlib.
        let bytes = ZeroBomb.zlib(matchCount: 160_000)
        #expect(failure(bytes, limits: PickleLimits(contentByteCountMax: 8 << 20))?.code == .overBudget)
    }

    @Test func `a dictionary of gigabytes is not given`() {
        // lzma-alone with a dictionary of 3.75 GiB and an unknown size.
        let header: [UInt8] = [0x5D, 0, 0, 0, 0xF0] + [UInt8](repeating: 0xFF, count: 8)
        let error = failure(header + [UInt8](repeating: 0, count: 100))
        #expect(error?.code == .overBudget)
        #expect(error?.message.contains("at most \(PickleLimits.lzmaMemoryByteCountMax) are given") == true)
    }

    @Test func `one layer is taken off`() {
        let inner = ZeroBomb.stored(PickleWriter.pickle { $0.op("N") })
        #expect(failure(inner) == nil)
        let error = failure(ZeroBomb.stored(inner))
        #expect(error?.code == .unsupported)
        #expect(error?.message == "zlib within zlib found, one layer is read")
    }

    @Test func `codecs that are not read are refused by name`() {
        #expect(failure([0x28, 0xB5, 0x2F, 0xFD, 0])?.message == "zstandard compression found")
        #expect(failure(Array("ZF0x1234".utf8))?.code == .unsupported)
        // The start of a zlib stream without its check bits is none.
        #expect(failure([0x78, 0x00])?.code == .notAnArtifact)
    }
}

/// Compressed data made by hand.
enum ZeroBomb {
    /// 45,899,236 zeros.
    static let bzip2 = "QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZsfdASwAAAEAAQAAgACEYRoLuSKcKEhW8kL6g"

    /// A zlib stream of one literal zero and so many copies of 258 bytes, without an end.
    static func zlib(matchCount: Int) -> [UInt8] {
        var bytes: [UInt8] = [0x78, 0x9C]
        var bits = 0
        var count = 0
        func put(_ value: Int, _ width: Int) {
            bits |= value << count
            count += width
            while count >= 8 {
                bytes.append(UInt8(bits & 0xFF))
                bits >>= 8
                count -= 8
            }
        }
        // The last block, with fixed codes; codes are written from their highest bit.
        put(0b1, 1)
        put(0b01, 2)
        put(0b0000_1100, 8)
        for _ in 0..<matchCount {
            put(0b1010_0011, 8)
            put(0, 5)
        }
        return bytes + [UInt8(bits & 0xFF)]
    }

    /// A zlib stream that holds `content` as it is.
    static func stored(_ content: [UInt8]) -> [UInt8] {
        let count = UInt16(content.count)
        var low: UInt32 = 1
        var high: UInt32 = 0
        for byte in content {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        let sum = high << 16 | low
        return [0x78, 0x01, 1, UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8(~count >> 8)]
            + content + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * $0)) }
    }
}
