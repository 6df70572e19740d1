import Glibc
import HearthCore
import HearthWire

/// A socket that sends exactly the bytes that a test wants sent, and reads frames.
final class RawClient {
    /// A frame as it came, with the response in it read.
    struct Frame {
        var header: FrameHeader
        var data: [UInt8]

        private var response: (code: StatusCode?, message: String, payload: [UInt8]) {
            unsafe data.withUnsafeBytes { bytes in
                guard let response = unsafe Envelope.response(ByteView(bytes)) else { return (nil, "", []) }
                return unsafe (
                    StatusCode(rawValue: response.code), response.message.text, Array(response.payload.buffer)
                )
            }
        }

        var streamID: UInt32 { header.streamID }
        var code: StatusCode? { response.code }
        var message: String { response.message }
        var payload: [UInt8] { response.payload }

        /// The first value of the first output, when the payload is a reply to Predict.
        var score: Double? {
            unsafe payload.withUnsafeBytes { bytes in
                guard var reply = unsafe PredictReplyView(ByteView(bytes)), let output = reply.nextOutput() else {
                    return nil
                }
                return output.value(at: 0)
            }
        }
    }

    let descriptor: Int32
    private var input: [UInt8] = []

    init(socketPath: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, byte) in socketPath.utf8.enumerated() where index < room.count - 1 {
                unsafe room[index] = byte
            }
        }
        let code = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else { throw SystemError.last("connect", socketPath) }
    }

    deinit {
        close(descriptor)
    }

    /// Sends all of `bytes`, waiting where it must. Returns false when the server has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let sent = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.send(
                    descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset,
                    Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            offset += sent
        }
        return true
    }

    /// Sends what the socket takes without waiting; returns how much that was.
    func sendNow(_ bytes: [UInt8]) -> Int {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe max(
                0,
                Glibc.send(
                    descriptor, bytes.baseAddress, bytes.count,
                    Int32(MSG_NOSIGNAL | MSG_DONTWAIT)))
        }
    }

    /// The next frame; nil when the server has closed, or says nothing for 20 s.
    func nextFrame() -> Frame? {
        while true {
            if let frame = takeFrame() { return frame }
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            let received = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard received > 0 else { return nil }
            input += buffer[..<received]
        }
    }

    /// The next bytes, so many; nil when the server has closed before, or says nothing for 20 s.
    func next(_ byteCount: Int) -> [UInt8]? {
        while input.count < byteCount {
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            let received = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard received > 0 else { return nil }
            input += buffer[..<received]
        }
        defer { input.removeFirst(byteCount) }
        return Array(input[..<byteCount])
    }

    /// Whether the server closes the connection, after whatever it still had to say.
    func isClosedByServer() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let received = unsafe recv(descriptor, &buffer, buffer.count, 0)
            if received == 0 { return true }
            if received < 0 { return errno == ECONNRESET }
        }
    }

    private func takeFrame() -> Frame? {
        let frame: (FrameHeader, [UInt8])? = unsafe input.withUnsafeBytes { bytes in
            guard let header = unsafe FrameHeader(ByteView(bytes)) else { return nil }
            let end = FrameHeader.byteCount + Int(header.dataLength)
            guard bytes.count >= end else { return nil }
            return unsafe (header, Array(bytes[FrameHeader.byteCount..<end]))
        }
        guard let frame else { return nil }
        input.removeFirst(FrameHeader.byteCount + frame.1.count)
        return Frame(header: frame.0, data: frame.1)
    }
}
