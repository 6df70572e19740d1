import HearthCore
import Testing

@Suite struct ByteTests {
    @Test(arguments: [
        ("512", 512), ("0", 0), ("64KiB", 65_536), ("64k", 65_536), ("100MiB", 104_857_600), ("2GiB", 2_147_483_648),
        ("1g", 1_073_741_824), ("7B", 7),
    ])
    func `a byte count is read`(_ text: String, _ bytes: Int) {
        #expect(ByteCount(text: text)?.bytes == bytes)
    }

    @Test(arguments: [
        "", "k", "-1", "+1", "1.5MiB", "1 MiB", "1TiB", "9223372036854775808", "9223372036854775807k", "٣k", "1kk",
    ])
    func `anything else is no byte count`(_ text: String) {
        #expect(ByteCount(text: text) == nil)
    }

    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (10 << 20, "10 MiB"), (3 << 29, "1.5 GiB"),
        (Int.max, "8589934592 GiB"),
    ])
    func `a byte count prints`(_ bytes: Int, _ text: String) {
        #expect(ByteCount(bytes).description == text)
    }

    @Test func `byte counts are ordered`() {
        #expect(ByteCount.kibibytes(1023) < ByteCount.mebibytes(1))
    }

    @Test func `a view gives no byte beyond its bounds`() {
        let view = ByteView("abc")

        #expect((-1...3).map { view.byte(at: $0) } == [nil, 0x61, 0x62, 0x63, nil])
        #expect(view.byte(at: .max) == nil)
        #expect(view.slice(from: 1, count: 2)?.text == "bc")
        #expect(view.slice(from: 3, count: 0)?.isEmpty == true)
        for (offset, count) in [(4, 0), (0, 4), (-1, 1), (1, -1), (1, .max), (.max, 1), (.max, .max), (.min, .min)] {
            #expect(view.slice(from: offset, count: count) == nil)
        }
        #expect([0, 1, 3, 4, -1, .max].map { view.dropping($0).text } == ["abc", "bc", "", "", "abc", ""])
    }

    @Test func `views are equal when their bytes are`() {
        #expect(ByteView("abc").equals("abc"))
        #expect(!ByteView("abc").equals("abd"))
        #expect(!ByteView("abc").equals("ab"))
        #expect(ByteView.empty.equals(""))
        #expect(ByteView.empty.text == "")
    }

    @Test func `bytes that are no UTF-8 print with replacements`() {
        let bytes: [UInt8] = [0x61, 0xFF, 0x62]
        unsafe bytes.withUnsafeBytes { #expect(unsafe ByteView($0).text == "a\u{FFFD}b") }
        unsafe #expect(ByteView(UnsafeRawBufferPointer(start: nil, count: 0)).isEmpty)
    }
}
