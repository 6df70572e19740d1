import HearthCore
import HearthTestSupport
import Testing

@Suite struct NameTests {
    @Test(arguments: [
        "isolation_forest.stok_seviye", "gradient_boosting.BTC-USDT.15m", "a", "0", String(repeating: "x", count: 128),
    ])
    func `a legal name is kept as it is`(_ text: String) throws {
        #expect(try ModelName(text).text == text)
        #expect(try "\(ModelID(text))" == text)
    }

    @Test(arguments: [
        "", ".", "..", ".hidden", "-rf", "_x", "a/b", "a\\b", "a b", "a\0b", "a\n", "çilek", "a\u{301}", "é",
        "../../etc/passwd",
    ])
    func `R28: what could lead out of a folder is no name`(_ text: String) {
        #expect(throws: NameError.self) { try ModelName(text) }
        #expect(throws: NameError.self) { try ModelID(text) }
    }

    @Test func `a name has 128 bytes at most, an id 200`() throws {
        #expect(throws: NameError.self) { try ModelName(String(repeating: "x", count: 129)) }
        #expect(try ModelID(String(repeating: "x", count: 200)).text.utf8.count == 200)
        #expect(throws: NameError.self) { try ModelID(String(repeating: "x", count: 201)) }
    }

    @Test func `the refusal says what was found and what is allowed`() {
        let error = #expect(throws: NameError.self) { try ModelName("a b") }

        #expect(
            error?.description
                == "model name 'a b' is not allowed: expected a letter or digit, then letters, digits, '.', '_' or "
                + "'-', 128 bytes at most")
        let long = #expect(throws: NameError.self) { try ModelID(String(repeating: "ç", count: 1_000_000)) }
        #expect(long?.found.count == 80)
    }

    @Test func `C10: ten thousand ids made in one millisecond differ`() throws {
        var random = SplitMix64(seed: 1)
        let now = Timestamp(microseconds: 1_762_948_800_123_456)
        let ids = try (0..<10_000).map { _ in
            try ModelID.make(parts: ["isolation_forest", "stok_seviye"], at: now, randomness: &random).text
        }

        // Four of 32 characters make a million: fewer than 100 of 10,000 meet, and the registry refuses those.
        #expect(Set(ids).count > 9900)
        #expect(ids.allSatisfy { $0.hasPrefix("isolation_forest_stok_seviye_20251112_120000_123_") && $0.count == 53 })
    }

    @Test(arguments: [
        (["isolation_forest", "stok_seviye"], "isolation_forest_stok_seviye"), (["BTC/USDT", "15m"], "BTC-USDT_15m"),
        (["şeker", "ğ"], "eker_-"), (["", "a", ""], "a"), (["../x"], "x"), (["a\r\nb"], "a-b"), (["e\u{301}x"], "x"),
    ])
    func `C11: ids are slugged`(_ parts: [String], _ slug: String) throws {
        var random = SplitMix64(seed: 1)
        let id = try ModelID.make(parts: parts, at: Timestamp(microseconds: 0), randomness: &random)

        #expect(id.text.hasPrefix("\(slug)_19700101_000000_000_"))
    }

    @Test(arguments: [[], [""], ["ğ"], ["/", "."], [String(repeating: "x", count: 200)]])
    func `parts of which nothing usable is left make no id`(_ parts: [String]) {
        var random = SplitMix64(seed: 1)
        #expect(throws: NameError.self) { try ModelID.make(parts: parts, at: .now(), randomness: &random) }
    }
}
