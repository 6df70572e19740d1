import CHearthMessages
import HearthCore
import HearthTestSupport
import HearthWire
import Testing

/// The envelope that is read and written by hand, held against protobuf-c.
struct EnvelopeTests {
    /// What both readers make of a request.
    struct Request: Equatable {
        var service: [UInt8]
        var method: [UInt8]
        var payload: [UInt8]
        var timeout: Int64
    }

    struct Response: Equatable {
        var code: Int32
        var message: [UInt8]
        var payload: [UInt8]
    }

    /// C text as protobuf-c gives it: up to its first NUL.
    private static func text(_ text: UnsafeMutablePointer<CChar>?) -> [UInt8] {
        guard let text = unsafe text else { return [] }
        return Array(unsafe String(cString: text).utf8)
    }

    static func requestByC(_ bytes: [UInt8]) -> Request? {
        guard let message = unsafe ttrpc__request__unpack(nil, bytes.count, bytes) else { return nil }
        defer { unsafe ttrpc__request__free_unpacked(message, nil) }
        let payload = unsafe message.pointee.payload
        return unsafe Request(
            service: text(message.pointee.service), method: text(message.pointee.method),
            payload: Array(UnsafeBufferPointer(start: payload.data, count: payload.len)),
            timeout: message.pointee.timeout_nano)
    }

    static func responseByC(_ bytes: [UInt8]) -> Response? {
        guard let message = unsafe ttrpc__response__unpack(nil, bytes.count, bytes) else { return nil }
        defer { unsafe ttrpc__response__free_unpacked(message, nil) }
        let payload = unsafe message.pointee.payload
        let status = unsafe message.pointee.status
        return unsafe Response(
            code: status?.pointee.code ?? 0, message: text(status?.pointee.message),
            payload: Array(UnsafeBufferPointer(start: payload.data, count: payload.len)))
    }

    static func requestByHand(_ bytes: [UInt8]) -> Request? {
        bytes.withView { view in
            Envelope.request(view).map {
                Request(
                    service: $0.service.array, method: $0.method.array, payload: $0.payload.array,
                    timeout: $0.timeoutNanoseconds)
            }
        }
    }

    static func responseByHand(_ bytes: [UInt8]) -> Response? {
        bytes.withView { view in
            Envelope.response(view).map {
                Response(code: $0.code, message: $0.message.array, payload: $0.payload.array)
            }
        }
    }

    static func request(_ random: inout SeededRandom, payloadByteCounts: [Int] = [0, 1, 127, 128]) -> (
        bytes: [UInt8], expected: Request
    ) {
        let service = Array(random.text(30).utf8)
        let method = Array(random.text(12).utf8)
        let payload = random.bytes(payloadByteCounts.randomElement(using: &random) ?? 0)
        let timeout: Int64 = [0, 1, 127, 128, 1_000_000_000, Int64.max].randomElement(using: &random) ?? 0
        var output = OutputBuffer(capacity: 16)
        service.withView { service in
            method.withView { method in
                payload.withView { payload in
                    unsafe Envelope.appendRequest(
                        to: &output, streamID: 5, service: service, method: method, timeoutNanoseconds: timeout,
                        payloadByteCount: payload.count
                    ) { unsafe $0.copyMemory(from: payload.start, byteCount: payload.count) }
                }
            }
        }
        let bytes = Array(output.bytes.array.dropFirst(FrameHeader.byteCount))
        return (bytes, Request(service: service, method: method, payload: payload, timeout: timeout))
    }

    @Test func `a request written by hand is read the same by protobuf-c and by hand`() {
        var random = SeededRandom(1)
        for _ in 0..<200 {
            let (bytes, expected) = Self.request(&random, payloadByteCounts: [0, 1, 127, 128, 5000])
            #expect(Self.requestByC(bytes) == expected)
            #expect(Self.requestByHand(bytes) == expected)
        }
    }

    @Test func `a response written by hand is read the same by protobuf-c and by hand`() {
        var random = SeededRandom(2)
        for _ in 0..<300 {
            let payload = random.bytes(Int.random(in: 0...300, using: &random))
            let message = Array(random.text(200).utf8)
            let code = StatusCode.allCases.randomElement(using: &random) ?? .ok
            var output = OutputBuffer(capacity: 16)
            payload.withView { payload in
                unsafe Envelope.appendResponse(to: &output, streamID: 1, payloadByteCount: payload.count) {
                    unsafe $0.copyMemory(from: payload.start, byteCount: payload.count)
                }
            }
            let answer = Array(output.bytes.array.dropFirst(FrameHeader.byteCount))
            #expect(Self.responseByC(answer) == Response(code: 0, message: [], payload: payload))
            #expect(Self.responseByHand(answer) == Response(code: 0, message: [], payload: payload))
            output.removeAll()
            message.withView { Envelope.appendError(to: &output, streamID: 1, code: code, message: $0) }
            let error = Array(output.bytes.array.dropFirst(FrameHeader.byteCount))
            #expect(Self.responseByC(error) == Response(code: code.rawValue, message: message, payload: []))
            #expect(Self.responseByHand(error) == Response(code: code.rawValue, message: message, payload: []))
        }
    }

    @Test func `a request that was changed at random is read by hand only as protobuf-c reads it`() {
        var random = SeededRandom(3)
        var readCount = 0
        for _ in 0..<5000 {
            var (bytes, _) = Self.request(&random)
            bytes = Array(bytes.prefix(300))
            Self.mutate(&bytes, &random)
            guard let byHand = Self.requestByHand(bytes) else { continue }
            // protobuf-c is stricter in one thing only: numbers that take more bytes than they need. Where it reads, it
            // must read the same.
            guard let byC = Self.requestByC(bytes) else { continue }
            readCount += 1
            #expect(byHand.payload == byC.payload)
            #expect(byHand.timeout == byC.timeout)
            if !byHand.service.contains(0), Self.isText(byHand.service) { #expect(byHand.service == byC.service) }
            if !byHand.method.contains(0), Self.isText(byHand.method) { #expect(byHand.method == byC.method) }
        }
        #expect(readCount > 500)
    }

    @Test func `what protobuf-c reads of a changed request or response is read by hand as well`() {
        var random = SeededRandom(4)
        for _ in 0..<5000 {
            var (bytes, _) = Self.request(&random)
            bytes = Array(bytes.prefix(200))
            Self.mutate(&bytes, &random)
            // Field number 0 is illegal in protobuf; protobuf-c lets it pass, we do not.
            guard !Self.hasFieldZero(bytes) else { continue }
            if Self.requestByC(bytes) != nil { #expect(Self.requestByHand(bytes) != nil, "\(bytes)") }
        }
    }

    @Test func `a request cut at any byte never reads beyond its end`() {
        var random = SeededRandom(5)
        let (bytes, _) = Self.request(&random)
        for length in 0..<min(bytes.count, 400) {
            _ = Self.requestByHand(Array(bytes.prefix(length)))
            _ = Self.responseByHand(Array(bytes.prefix(length)))
        }
    }

    @Test func `a known field of another type makes the message unreadable`() {
        #expect(Self.requestByHand([0x08, 0x01]) == nil)
        #expect(Self.requestByHand([0x22, 0x01, 0x00]) == nil)
        #expect(Self.responseByHand([0x10, 0x01]) == nil)
        #expect(Self.requestByHand([0x0B]) == nil)
    }

    @Test func `unknown fields are skipped`() {
        let bytes: [UInt8] = [
            0x30, 0x05, 0x3A, 0x01, 0x61, 0x45, 1, 2, 3, 4, 0x49, 1, 2, 3, 4, 5, 6, 7, 8, 0x1A, 0x01, 0x62,
        ]
        #expect(Self.requestByHand(bytes) == Request(service: [], method: [], payload: [0x62], timeout: 0))
        #expect(Self.requestByC(bytes) == Self.requestByHand(bytes))
    }

    private static func isText(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.remove(at: index)
            default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
            }
        }
    }

    /// Walks the fields as far as they are legal and says whether one has the number 0.
    private static func hasFieldZero(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        func varint() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 70, by: 7) {
                guard offset < bytes.count else { return nil }
                let byte = bytes[offset]
                offset += 1
                value |= shift < 64 ? UInt64(byte & 0x7F) << shift : 0
                if byte < 0x80 { return value }
            }
            return nil
        }
        while offset < bytes.count, let tag = varint() {
            if tag >> 3 == 0 { return true }
            switch tag & 7 {
            case 0: if varint() == nil { return false }
            case 1: offset += 8
            case 2:
                guard let length = varint(), length < 1 << 20 else { return false }
                offset += Int(length)
            case 5: offset += 4
            default: return false
            }
        }
        return false
    }
}
