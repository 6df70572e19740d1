import HearthWire
import Testing

@Suite struct HealthCodecTests {
    @Test(
        arguments: [
            ([], ""),
            ([0x0A, 0x02, 0x61, 0x62], "ab"),
            // Of a field that comes twice the last one counts; fields of other numbers are passed over.
            ([0x0A, 0x01, 0x61, 0x10, 0x05, 0x0A, 0x01, 0x62], "b"),
        ] as [([UInt8], String)]) func `the service is read`(_ bytes: [UInt8], _ service: String)
    {
        #expect(bytes.withView { HealthCodec.service($0) } == service)
    }

    @Test(
        arguments: [
            [0x0A], [0x0A, 0x02, 0x61], [0x08, 0x01], [0x0A, 0x01, 0xFF], [0x07], [0x00, 0x00],
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        ] as [[UInt8]]) func `bytes that are no request give nil`(_ bytes: [UInt8])
    {
        #expect(bytes.withView { HealthCodec.service($0) } == nil)
    }

    @Test func `a reply is the status in field 1, nothing for zero`() {
        #expect(HealthStatus.allCases.map(HealthCodec.reply) == [[], [0x08, 1], [0x08, 2], [0x08, 3]])
    }

    @Test func `random bytes never crash`() {
        var random = SeededRandom(3)
        for length in 0..<400 {
            _ = random.bytes(length % 40).withView { HealthCodec.service($0) }
        }
    }
}
