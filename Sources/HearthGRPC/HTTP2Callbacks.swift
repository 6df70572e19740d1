import CNGHTTP2
import HearthCore

/// How nghttp2 calls back: one table for all sessions. Each entry finds its session and says the event in our words.
@safe
struct HTTP2Callbacks: Sendable {
    static let shared = HTTP2Callbacks()

    /// nil when there was no memory for it. Never changed after it is made.
    nonisolated(unsafe) let pointer: OpaquePointer?

    private init() {
        var table: OpaquePointer?
        guard unsafe nghttp2_session_callbacks_new(&table) == 0 else {
            unsafe pointer = nil
            return
        }
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(table) { _, frame, user in
            guard let frame = unsafe frame else { return 0 }
            unsafe GRPCSession.of(user).beganHead(
                frame.pointee.hd.stream_id, isRequest: frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_header_callback(table) {
            _, frame, name, nameByteCount, value, valueByteCount, _, user in
            guard let frame = unsafe frame, let name = unsafe name, let value = unsafe value else { return 0 }
            unsafe GRPCSession.of(user).field(
                frame.pointee.hd.stream_id, ByteView(start: name, count: nameByteCount),
                ByteView(start: value, count: valueByteCount),
                isTrailer: frame.pointee.headers.cat != NGHTTP2_HCAT_REQUEST)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table) {
            _, _, stream, start, count, user in
            guard let start = unsafe start else { return 0 }
            unsafe GRPCSession.of(user).data(stream, ByteView(start: start, count: count))
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(table) { _, frame, user in
            guard let frame = unsafe frame else { return 0 }
            let header = unsafe frame.pointee.hd
            let session = unsafe GRPCSession.of(user)
            switch UInt32(header.type) {
            case NGHTTP2_HEADERS.rawValue, NGHTTP2_DATA.rawValue:
                if UInt32(header.type) == NGHTTP2_HEADERS.rawValue {
                    session.endedHead(
                        header.stream_id,
                        isRequest: unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST,
                        isLast: header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0)
                }
                if header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 {
                    session.endedRequest(header.stream_id)
                }
            case NGHTTP2_SETTINGS.rawValue: session.isHandshakePending = false
            default: break
            }
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(table) { _, frame, user in
            guard let header = unsafe frame?.pointee.hd, UInt32(header.type) == NGHTTP2_HEADERS.rawValue,
                header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
            else { return 0 }
            unsafe GRPCSession.of(user).sentEnd(header.stream_id)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(table) { _, stream, _, user in
            unsafe GRPCSession.of(user).closed(stream)
            return 0
        }
        unsafe pointer = table
    }

    /// The options of a session; nil when there is no memory for them.
    static func options(_ limits: GRPCLimits) -> OpaquePointer? {
        var option: OpaquePointer?
        guard unsafe nghttp2_option_new(&option) == 0 else { return nil }
        // The rules of fields are kept by RequestHead, see there.
        unsafe nghttp2_option_set_no_http_messaging(option, 1)
        unsafe nghttp2_option_set_no_closed_streams(option, 1)
        unsafe nghttp2_option_set_stream_reset_rate_limit(option, limits.resetBurst, limits.resetsPerSecond)
        return unsafe option
    }

    /// Where the engine gets the data of replies.
    static var replySource: nghttp2_data_provider {
        unsafe nghttp2_data_provider(
            source: nghttp2_data_source(ptr: nil),
            read_callback: { _, stream, target, room, flags, _, user in
                guard let target = unsafe target, let flags = unsafe flags else { return 0 }
                switch unsafe GRPCSession.of(user).fill(stream, target, room) {
                case .bytes(let count, let isLast):
                    if isLast {
                        unsafe flags.pointee |=
                            NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
                    }
                    return count
                case .later: return Int(NGHTTP2_ERR_DEFERRED.rawValue)
                case .gone: return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
                }
            })
    }
}

extension GRPCSession {
    /// The session that nghttp2 was given.
    static func of(_ user: UnsafeMutableRawPointer?) -> GRPCSession {
        guard let user = unsafe user else { preconditionFailure("nghttp2 calls back with the session it was given") }
        return unsafe Unmanaged<GRPCSession>.fromOpaque(user).takeUnretainedValue()
    }
}
