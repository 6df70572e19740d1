import HearthImport
import Testing

@Suite struct JSONTreeTests {
    private func tree(_ text: String) throws -> JSONTree { try JSONTree(Array(text.utf8), path: "x") }

    @Test func `numbers keep their bits, and Python's words are numbers`() throws {
        let tree = try tree("[-0.0, 0.1, 1e-320, 9007199254740993, NaN, Infinity, -Infinity, null, true]")
        guard case .list(let items) = tree else { return #expect(Bool(false)) }
        let bits = items.map { if case .number(let value) = $0 { value.bitPattern } else { UInt64(0) } }
        #expect(bits[0] == (-0.0).bitPattern)
        #expect(bits[1] == (0.1).bitPattern)
        #expect(bits[2] == Double("1e-320")?.bitPattern)
        #expect(bits[4] == Double.nan.bitPattern)
        #expect(bits[5] == Double.infinity.bitPattern && bits[6] == (-Double.infinity).bitPattern)
        #expect(items[7] == .null && items[8] == .bool(true))
    }

    @Test func `texts with escapes, objects and lists are read`() throws {
        let tree = try tree(#" {"a\nb": ["\u00e9\ud83d\ude00", {}], "c": []} "#)
        #expect(tree["a\nb"]?.items?.first?.text == "é😀")
        #expect(tree["c"]?.items == [])
    }

    @Test(arguments: [
        "", "[1,]", "{\"a\" 1}", "[1 2]", "\"abc", "tru", "[1] 2", "{1: 2}", "\"\\x\"", "-", "\"\\u12\"",
        String(repeating: "[", count: 100_000),
    ])
    func `what is no JSON is refused with the place`(text: String) {
        let error = #expect(throws: VerifyError.self) { try tree(text) }
        #expect(error?.description.hasPrefix("x@") == true)
    }
}
