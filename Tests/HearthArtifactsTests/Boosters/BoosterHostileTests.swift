import HearthArtifacts
import HearthCore
import HearthKernels
import HearthModel
import Testing

/// Files that are damaged or made to hurt: a typed error, or a sound model, quickly; never a trap.
struct BoosterHostileTests {
    /// The smallest file of each format, and those with categories, dart weights and linear models.
    static let samples: [(library: String, name: String)] = [
        ("xgboost-3.2.0", "linear"), ("xgboost-3.2.0", "category_onehot"), ("xgboost-3.2.0", "category"),
        ("xgboost-3.2.0", "binary"), ("xgboost-3.2.0", "binary_base"), ("xgboost-1.7.6", "dart_base"),
        ("lightgbm-4.6.0", "single_leaf"), ("lightgbm-3.3.5", "category"),
    ]

    private static func sample(_ index: Int) throws -> [UInt8] {
        let booster = try BoosterCase(library: samples[index].library, name: samples[index].name)
        return try booster.bytes(#require(booster.files.first))
    }

    /// What reading some bytes comes to: an error, or a model that packs and answers.
    private func outcome(_ bytes: [UInt8]) throws -> ArtifactError? {
        do throws(ArtifactError) {
            let definition = try BoosterConverter.model(bytes, path: "hostile").definition
            guard let sections = try? PackedModel.pack(definition) else {
                Issue.record("a definition that cannot be packed")
                return nil
            }
            let model = try? ServableModel(sections)
            let columnCount = definition.signature.columnCount
            let rows = [Double](repeating: 0.5, count: columnCount) + [Double](repeating: .nan, count: columnCount)
            #expect((try? model?.outputs(of: rows)) != nil)
            return nil
        } catch {
            #expect(!error.message.isEmpty && !error.hint.isEmpty && error.path == "hostile")
            return error
        }
    }

    @Test(arguments: samples.indices)
    func `a file cut at any byte is refused`(index: Int) throws {
        let bytes = try Self.sample(index)
        let isText = BoosterFormat.sniff(bytes) == .lightGBMText
        // What follows the trees in a text is not read.
        let end = isText ? try #require(Self.offset(of: "end of trees", in: bytes)) : bytes.count
        for count in 0..<end {
            let error = try outcome(Array(bytes[..<count]))
            #expect(error != nil, "cut at \(count)")
            if let error, let offset = error.byteOffset { #expect(offset <= count) }
        }
    }

    @Test(arguments: samples.indices)
    func `a file with any bit flipped gives an error or a sound model`(index: Int) throws {
        let bytes = try Self.sample(index)
        var generator = SplitMix64(seed: UInt64(index))
        var refused = 0
        var flips = bytes.indices.flatMap { byte in (0..<8).map { (byte, UInt8(1) << UInt8($0)) } }
        // All of small files, a sample of larger ones, so that the test takes seconds.
        if flips.count > 5000 {
            flips = (0..<2000).map { _ in flips[Int.random(in: 0..<flips.count, using: &generator)] }
        }
        for (byte, bit) in flips {
            var damaged = bytes
            damaged[byte] ^= bit
            if try outcome(damaged) != nil { refused += 1 }
        }
        #expect(refused > 0)
        #expect(refused < flips.count, "numbers and names may change")
    }

    @Test(arguments: samples.indices)
    func `thousands of spliced files give errors or sound models`(index: Int) throws {
        var generator = SplitMix64(seed: UInt64(100 + index))
        let bytes = try Self.sample(index)
        var refused = 0
        for _ in 0..<800 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let first = Int.random(in: 0..<damaged.count, using: &generator)
                let count = min(Int.random(in: 0...40, using: &generator), damaged.count - first)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: damaged.removeSubrange(first..<first + count)
                case 1: damaged.insert(contentsOf: Array(damaged[first..<first + count]), at: first)
                case 2: damaged[first] = [0, 0x7F, 0x80, 0xFF, 0x2D, 0x39].randomElement(using: &generator) ?? 0
                default: damaged.swapAt(first, damaged.count - 1)
                }
                if damaged.isEmpty { break }
            }
            if try outcome(damaged) != nil { refused += 1 }
        }
        #expect(refused > 0)
    }

    // MARK: - Made to hurt

    private static func offset(of text: String, in bytes: [UInt8]) -> Int? {
        let pattern = Array(text.utf8)
        return bytes.indices.first { bytes[$0...].starts(with: pattern) }
    }

    private static func error(_ bytes: [UInt8]) -> ArtifactError? {
        do throws(ArtifactError) {
            _ = try BoosterConverter.model(bytes, path: "m")
            return nil
        } catch {
            return error
        }
    }

    private static func ubjson(_ marker: String, _ length: UInt64, after head: String = "{L") -> [UInt8] {
        var bytes = Array(head.utf8)
        if head == "{L" { bytes += [0, 0, 0, 0, 0, 0, 0, 1] + Array("a".utf8) }
        return bytes + Array(marker.utf8) + (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * UInt64($0))) }
    }

    @Test(arguments: [
        (
            ubjson("[$d#L", 1 << 62),
            "m@24: the end found, 4611686018427387904 numbers, more than the 0 bytes left hold,"
        ),
        (ubjson("[$d#L", .max), "m@15: length -1 found, 0 or more expected"),
        (ubjson("[#L", 1 << 40), "m@22: the end found, 1099511627776 elements, more than the 0 bytes left hold,"),
        (ubjson("SL", 1 << 40), "m@21: the end found, 1099511627776 bytes of text, more than the 0 bytes left hold,"),
        (ubjson("", 1 << 40, after: "{L"), "m@11: byte 0 found, a value expected"),
        (Array("{L".utf8) + [0x7F] + [UInt8](repeating: 0xFF, count: 7), "m@10: the end found, 9223372036854775807"),
    ])
    func `a length beyond the file is refused before anything is allocated`(bytes: [UInt8], start: String) {
        let found = Self.error(bytes).map { "\($0)" } ?? "no error"
        #expect(found.hasPrefix(start), "\(found)")
    }

    @Test(arguments: [100, 100_000])
    func `deep nesting is refused at the limit`(depth: Int) {
        for text in ["[", "{\"a\":"] {
            let json = Array("{\"a\":".utf8) + Array(String(repeating: text, count: depth).utf8)
            #expect(Self.error(json)?.message == "lists and objects nested 65 deep found, at most 64 expected")
        }
        for text in ["[", "{U\u{1}a"] {
            let ubjson = Array("{U\u{1}a".utf8) + Array(String(repeating: text, count: depth).utf8)
            #expect(Self.error(ubjson)?.message == "lists and objects nested 65 deep found, at most 64 expected")
        }
    }

    @Test func `millions of small values are refused`() {
        let json = Array("{\"a\":[".utf8) + Array(String(repeating: "[],", count: 2_100_000).utf8)
        #expect(Self.error(json)?.code == .tooLarge)
        let ubjson = Array("{U\u{1}a[".utf8) + [UInt8](repeating: UInt8(ascii: "Z"), count: 2_100_000)
        #expect(Self.error(ubjson)?.code == .tooLarge)
    }

    @Test func `a text of millions of lines is refused at the limit`() {
        let lines = (0..<300_000).map { "k\($0)=1" }.joined(separator: "\n")
        let error = Self.error(Array("tree\nversion=v4\n\(lines)".utf8))
        #expect(error?.message == "more than 256 lines of the header found, at most that many expected")
    }

    @Test func `what is no booster is refused at once`() {
        for (bytes, code) in [
            ([], ArtifactError.Code.notAnArtifact), (Array("binf".utf8), .unsupportedVersion),
            (Array("CONFIG-offset:".utf8), .unsupportedVersion), (Array("\u{80}\u{4}".utf8), .notAnArtifact),
            (Array("{}".utf8), .corrupt), (Array("{".utf8), .notAnArtifact),
            (Array("tree\n".utf8), .unsupportedVersion),
        ] { #expect(Self.error(bytes)?.code == code, "\(bytes)") }
    }
}
