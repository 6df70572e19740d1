package import HearthCore

/// Requests and replies of `grpc.reflection.v1.ServerReflection`. `v1alpha` has the same bytes under another name.
extension ReflectionIndex {
    /// The most bytes of a request: names are short, and the reply repeats it.
    package static let requestByteCountMax = 16 << 10

    /// What a request asks for.
    private enum Question {
        case nothing
        case fileByName(String)
        case fileBySymbol(String)
        case fileByExtension(type: String, number: UInt64)
        case extensionNumbers(type: String)
        case services
    }

    /// The packed ServerReflectionResponse to a packed ServerReflectionRequest.
    ///
    /// What is not there is told in an `error_response`, and the stream goes on. Throws INVALID_ARGUMENT for bytes that
    /// are no request: that ends the stream.
    package func reply(to request: ByteView) throws(CallFailure) -> [UInt8] {
        guard request.count <= Self.requestByteCountMax else {
            let message =
                "a reflection request of \(request.count) bytes found, \(Self.requestByteCountMax) are the most; "
                + "ask for one file or symbol at a time"
            throw CallFailure(.invalidArgument, message)
        }
        guard let (host, question) = Self.read(request) else {
            throw CallFailure(.invalidArgument, "the payload is no grpc.reflection.v1.ServerReflectionRequest")
        }
        var reply = MessageBytes()
        reply.append(1, text: host)
        reply.append(2, unsafe Array(request.buffer))
        answer(question, &reply)
        return reply.bytes
    }

    private func answer(_ question: Question, _ reply: inout MessageBytes) {
        switch question {
        case .fileByName(let name):
            guard let file = fileByName[name] else {
                Self.refuse(.notFound, "no file '\(Self.printable(name))'; ask by symbol, or list_services", &reply)
                return
            }
            tell(file, &reply)
        case .fileBySymbol(let symbol):
            guard let file = fileBySymbol[symbol] else {
                let message = "no symbol '\(Self.printable(symbol))'; list_services names the services"
                Self.refuse(.notFound, message, &reply)
                return
            }
            tell(file, &reply)
        case .fileByExtension(let type, let number):
            let message = "no extension \(number) of '\(Self.printable(type))'; no message here has extensions"
            Self.refuse(.notFound, message, &reply)
        case .extensionNumbers(let type):
            guard messages.contains(type) else {
                Self.refuse(.notFound, "no message '\(Self.printable(type))'; no message here has extensions", &reply)
                return
            }
            var numbers = MessageBytes()
            numbers.append(1, text: type)
            reply.append(5, numbers.bytes)
        case .services:
            var list = MessageBytes()
            for name in services {
                var service = MessageBytes()
                service.append(1, text: name)
                list.append(1, service.bytes)
            }
            reply.append(6, list.bytes)
        case .nothing:
            let message =
                "the request asks for nothing; set file_by_filename, file_containing_symbol, "
                + "file_containing_extension, all_extension_numbers_of_type or list_services"
            Self.refuse(.invalidArgument, message, &reply)
        }
    }

    private func tell(_ file: Int, _ reply: inout MessageBytes) {
        var descriptors = MessageBytes()
        for index in closure(of: file) { descriptors.append(1, files[index].bytes) }
        reply.append(4, descriptors.bytes)
    }

    private static func refuse(_ code: StatusCode, _ message: String, _ reply: inout MessageBytes) {
        var error = MessageBytes()
        error.append(1, number: UInt64(code.rawValue))
        error.append(2, text: message)
        reply.append(7, error.bytes)
    }

    private static func printable(_ text: String) -> String { String(text.prefix(80)) }

    // MARK: - Requests

    private static func read(_ request: ByteView) -> (host: String, question: Question)? {
        var reader = FieldReader(request)
        var host = ""
        var question = Question.nothing
        while let (number, value) = reader.next() {
            // Of a oneof the last one counts.
            switch (number, value) {
            case (1, .bytes(let bytes)):
                guard let text = bytes.validText else { return nil }
                host = text
            case (3, .bytes(let bytes)):
                guard let text = bytes.validText else { return nil }
                question = .fileByName(text)
            case (4, .bytes(let bytes)):
                guard let text = bytes.validText else { return nil }
                question = .fileBySymbol(text)
            case (5, .bytes(let bytes)):
                guard let (type, number) = readExtension(bytes) else { return nil }
                question = .fileByExtension(type: type, number: number)
            case (6, .bytes(let bytes)):
                guard let text = bytes.validText else { return nil }
                question = .extensionNumbers(type: text)
            case (7, .bytes(let bytes)):
                guard bytes.validText != nil else { return nil }
                question = .services
            case (1, _), (3...7, _): return nil
            default: break
            }
        }
        return reader.failed ? nil : (host, question)
    }

    private static func readExtension(_ bytes: ByteView) -> (type: String, number: UInt64)? {
        var reader = FieldReader(bytes)
        var type = ""
        var extensionNumber: UInt64 = 0
        while let (number, value) = reader.next() {
            switch (number, value) {
            case (1, .bytes(let bytes)):
                guard let text = bytes.validText else { return nil }
                type = text
            case (2, .varint(let value)): extensionNumber = value
            case (1...2, _): return nil
            default: break
            }
        }
        return reader.failed ? nil : (type, extensionNumber)
    }
}

/// A small protobuf message as it grows, for what is written once in a while.
private struct MessageBytes {
    private(set) var bytes: [UInt8] = []

    /// Appends a length-delimited field, also when it is empty: the member of a oneof says by being there what it is.
    mutating func append(_ number: UInt8, _ field: [UInt8]) {
        bytes.append(number << 3 | 2)
        append(varint: UInt64(field.count))
        bytes += field
    }

    /// Appends a text; nothing when it is empty, as proto3 has it.
    mutating func append(_ number: UInt8, text: String) {
        if !text.isEmpty { append(number, Array(text.utf8)) }
    }

    mutating func append(_ number: UInt8, number value: UInt64) {
        bytes.append(number << 3)
        append(varint: value)
    }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
