import Foundation
import HearthArtifacts
import HearthTestSupport

/// Attacks on the decoders: content without end, dictionaries without end, layers, and damage.
extension Attack {
    static let compressed: [Attack] = bombs + layers + damaged

    private static let bombs: [Attack] = [
        Attack("bombs", "zlib", .overBudget, says: "bytes of content in zlib data found") {
            ZeroBomb.zlib(matchCount: 600_000)
        },
        Attack("bombs", "gzip", .overBudget, says: "times as many are read") {
            GzipSamples.gzip([UInt8](repeating: 0, count: 8 << 20))
        },
        Attack("bombs", "bzip2", .overBudget, says: "times as many are read") { Samples.bytes(ZeroBomb.bzip2) },
        Attack("bombs", "xz", .overBudget, says: "times as many are read") { Samples.bytes(Samples.xz) },
        Attack("bombs", "lzma", .overBudget, says: "times as many are read") { Samples.bytes(Samples.lzma) },
        Attack("bombs", "lz4", .overBudget, says: "more than 100663296 bytes of content in lz4 data found") {
            Samples.lz4(blockCount: 1600)
        },
        Attack("dictionaries", "4 GiB of xz", .overBudget, says: "a dictionary that needs 4295") {
            Samples.bytes(Samples.xzDictionary)
        },
        Attack("dictionaries", "4 GiB of lzma", .overBudget, says: "a dictionary that needs 4295") {
            [0x5D, 0, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0xFF, count: 9) + [UInt8](repeating: 0, count: 100)
        },
    ]

    private static let layers: [Attack] = [
        Attack("layers", "gzip in gzip", .unsupported, says: "gzip within gzip found, one layer is read") {
            GzipSamples.gzip(GzipSamples.gzip(pickle { $0.op("N") }))
        },
        Attack("layers", "xz in zlib", .unsupported, says: "xz within zlib found, one layer is read") {
            ZeroBomb.stored(Samples.bytes(Samples.xz))
        },
        Attack("layers", "a second member", .corrupt, says: "bytes behind the end of the gzip data found") {
            GzipSamples.gzip(pickle { $0.op("N") }) + GzipSamples.gzip(pickle { $0.op("N") })
        },
        Attack("layers", "a pickle behind the end", .corrupt, says: "bytes behind the end of the zlib data found") {
            ZeroBomb.stored(pickle { $0.op("N") }) + pickle { $0.op("N") }
        },
    ]

    private static let damaged: [Attack] = [
        Attack("damage", "a wrong Adler-32", .corrupt, says: "damaged zlib data found") {
            var bytes = ZeroBomb.stored(pickle { $0.op("N") })
            bytes[bytes.count - 1] ^= 1
            return bytes
        },
        Attack("damage", "a wrong CRC-32", .corrupt, says: "damaged gzip data found") {
            var bytes = GzipSamples.gzip(pickle { $0.op("N") })
            bytes[bytes.count - 8] ^= 1
            return bytes
        },
        Attack("damage", "a wrong length of gzip", .corrupt, says: "damaged gzip data found") {
            var bytes = GzipSamples.gzip(pickle { $0.op("N") })
            bytes[bytes.count - 1] ^= 1
            return bytes
        },
        Attack("damage", "a wrong CRC of bzip2", .corrupt, says: "damaged bzip2 data found") {
            var bytes = Samples.bytes(Samples.bzip2)
            bytes[10] ^= 1
            return bytes
        },
        Attack("damage", "a wrong CRC of an xz header", .corrupt, says: "damaged xz data found") {
            var bytes = Samples.bytes(Samples.xz)
            bytes[8] ^= 1
            return bytes
        },
        Attack("damage", "an lz4 block beyond its frame", .corrupt, says: "damaged lz4 data found") {
            [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82, 0xFF, 0xFF, 0xFF, 0x7F] + [UInt8](repeating: 0, count: 50)
        },
        Attack("damage", "an lz4 block without its end", .truncated, says: "in the middle of its lz4 data") {
            Array(Samples.lz4(blockCount: 1).prefix(100))
        },
        Attack("damage", "gzip without its end", .truncated, says: "in the middle of its gzip data") {
            GzipSamples.gzip(pickle { $0.op("N") }).dropLast(3)
        },
    ]

    /// Compressed data that this process cannot make.
    private enum Samples {
        static func bytes(_ text: String) -> [UInt8] { [UInt8](Data(base64Encoded: text) ?? Data()) }

        /// A pickle of None.
        static let bzip2 = "QlpoOTFBWSZTWRMKK9cAAAHUQAQAAAEAAUAAIAAhmmgzTRc8XckU4UJATCivXA=="
        /// The headers of an xz stream whose dictionary has 4 GiB - 1.
        static let xzDictionary =
            "/Td6WFoAAATm1rRGAgAhASgAAADmoBGzAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        /// 3 MiB of zeros.
        static let xz =
            "/Td6WFoAAATm1rRGAgAhAQwAAACPmEGc//8RAWxdAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m"
            + "44wjEVPgWRjFdYrid/i2lH8MasDedElk4ulcU7IE2PdEDKtfDW1G6eXDdoi3llestk3haR1v+0uIEGxCy4g/XACP0E6vJiiUcR89"
            + "jyThcJ6nI1/sKMuF0ZWYin4qkfIndfcZwAaYTZj92K/VkA/EJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2"
            + "rFnk5VsFCPnH2q38+1IrdM0eWyBC+d1TPfgpZAk7gMsqbN+1O/DEvS5fqg8+S2ZCkBMO/xCT+HF4WfgLzf+VKEYPqfx83vuaMC5W"
            + "wI+F84OBwGXEJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1IrdM0eWyBC+d1TPfgp"
            + "ZAk7gMsqbN+1O/DEvEgn5liQAO0AmQDsc1On/b6ufDEan7eNMW5wnqcjX+woy4XRlZiKfiqR8id19xnABphNmP3Yr9WQD8QlU/j1"
            + "kTYxBaWw7m/BcE1HDNGREaqtYB26zrEnGFxZhulmUli+6XasWeTlWwUI+cfarfz7Uit0zR5bIEL53VM9+ClkCTuAyyps37U78MS9"
            + "Ll+qDz5LZkKQEw7/EJP4cXhZ+AvMsOLZAAAAALuBRxe1BKA/AAGnBICAwAEoGV2CscRn+wIAAAAABFla"
        /// 3 MiB of zeros.
        static let lzma =
            "XQAABAD//////////wAAb/3//6O3/0c+SBVyOWFRuJIo5qOGB/nu5B6C0y/FOjwBS7F+yYqKTS+jDdl/puOMIxFT4FkYxXWK4nf4tpR/"
            + "DGrA3nRJZOLpXFOyBNj3RAyrXw1tRunlw3aIt5ZXrLZN4Wkdb/tLiBBsQsuIP1wAj9BOryYolHEfPY8k4XCepyNf7CjLhdGVmIp+"
            + "KpHyJ3X3GcAGmE2Y/div1ZAPxCVT+PWRNjEFpbDub8FwTUcM0ZERqq1gHbrOsScYXFmG6WZSWL7pdqxZ5OVbBQj5x9qt/PtSK3TN"
            + "HlsgQvndUz34KWQJO4DLKmzftTvwxL0uX6oPPktmQpATDv8Qk/hxeFn4C83/lShGD6n8fN77mjAuVsCPhfODgcBlxCVT+PWRNjEF"
            + "pbDub8FwTUcM0ZERqq1gHbrOsScYXFmG6WZSWL7pdqxZ5OVbBQj5x9qt/PtSK3TNHlsgQvndUz34KWQJO4DLKmzftTvwxL0uX6oP"
            + "PktmQpATDv8Qk/hxeFn4C83/lShGD6n8fN77mjAuVsCPhfODgcBlxCVT+PWRNjEFpbDub8FwTUcM0ZERqq1gHbrOsScYXFmG6WZS"
            + "WL7pdqxZ5OVbBQj5x9qt/PtSK3TNHlsgQvndUz34KWQJO4DLKmzftTvwxL0uX6oPPktmQpATDv8Qk/hxeFn4C83/lShEyhkMSmP/"
            + "/11cAAA="

        /// An lz4 frame of so many blocks of 64 KiB zeros each, 245 times smaller: below the ratio.
        static func lz4(blockCount: Int) -> [UInt8] {
            // One literal zero, 65,530 times the byte before, five literal zeros.
            let match = [UInt8](repeating: 255, count: 256) + [231]
            let block: [UInt8] = [0x1F, 0, 1, 0] + match + [0x50, 0, 0, 0, 0, 0]
            let head: [UInt8] = [UInt8(block.count & 0xFF), UInt8(block.count >> 8), 0, 0]
            let frame: [UInt8] = [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82]
            return frame + (0..<blockCount).flatMap { _ in head + block } + [0, 0, 0, 0]
        }
    }
}
