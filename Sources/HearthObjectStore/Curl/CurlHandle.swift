import CCurl
import Synchronization

/// One connection's worth of libcurl: keeps what it has connected to from one transfer to the next.
///
/// This file is the only importer of libcurl. It verifies servers' certificates and honours `https_proxy` and the like
/// as libcurl does by default; it follows no redirect, reads no netrc, and speaks nothing but HTTP and HTTPS.
@safe
final class CurlHandle: @unchecked Sendable {
    // Sound to send: whoever has taken it out of the pool is its only user until it is put back.
    private let handle: UnsafeMutableRawPointer

    /// Once for the process, before the first handle.
    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Nil when libcurl has no memory.
    init?() {
        guard Self.isReady, let handle = unsafe curl_easy_init() else { return nil }
        unsafe self.handle = unsafe handle
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
    }

    /// How a transfer ended.
    enum Outcome {
        /// A reply came, and all of its body was taken.
        case status(Int)
        /// `take` did not want more.
        case stopped
        /// No whole reply came; libcurl's words for it.
        case failed(String, mayPass: Bool)
    }

    /// Sends the request and waits for the end of the reply.
    ///
    /// - Parameters:
    ///   - isCancelled: asked about once a second; true ends the transfer.
    ///   - take: given the status and the body in pieces; returns whether it wants more.
    func perform(
        _ request: HTTPRequest, timeouts: TransferTimeouts, isCancelled: @escaping () -> Bool,
        take: (Int, UnsafeRawBufferPointer) -> Bool
    ) -> Outcome {
        unsafe withoutActuallyEscaping(take) { take in
            unsafe curl_easy_reset(handle)
            let sink = unsafe Sink(handle: handle, isCancelled: isCancelled, take: take)
            var words = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
            return unsafe words.withUnsafeMutableBufferPointer { words in
                unsafe request.body.withUnsafeBytes { body in
                    unsafe transfer(request, body, timeouts, sink, words)
                }
            }
        }
    }

    /// What the callbacks of one transfer see.
    @safe
    private final class Sink {
        let handle: UnsafeMutableRawPointer
        let isCancelled: () -> Bool
        let take: (Int, UnsafeRawBufferPointer) -> Bool
        var wasStopped = false

        init(
            handle: UnsafeMutableRawPointer, isCancelled: @escaping () -> Bool,
            take: @escaping (Int, UnsafeRawBufferPointer) -> Bool
        ) {
            unsafe self.handle = unsafe handle
            self.isCancelled = isCancelled
            unsafe self.take = unsafe take
        }
    }

    private func transfer(
        _ request: HTTPRequest, _ body: UnsafeRawBufferPointer, _ timeouts: TransferTimeouts, _ sink: Sink,
        _ words: UnsafeMutableBufferPointer<CChar>
    ) -> Outcome {
        var headers: UnsafeMutablePointer<curl_slist>?
        defer { unsafe curl_slist_free_all(headers) }
        for header in request.headers {
            guard let longer = unsafe curl_slist_append(headers, "\(header.name): \(header.value)") else {
                return .failed("no memory for the headers", mayPass: true)
            }
            unsafe headers = unsafe longer
        }
        guard unsafe configure(request, body, timeouts, headers, words) else {
            return .failed("libcurl refuses a setting; it needs to be 7.85 or newer, with SSL", mayPass: false)
        }
        let code = withExtendedLifetime(sink) {
            let context = unsafe Unmanaged.passUnretained(sink).toOpaque()
            let isSet =
                unsafe hearth_curl_set_write(handle, Self.write, context) == CURLE_OK
                && hearth_curl_set_progress(handle, Self.progress, context) == CURLE_OK
            return unsafe isSet ? hearth_curl_perform(handle) : CURLE_FAILED_INIT
        }
        // The room for its words goes away with this call.
        unsafe hearth_curl_set_error_text(handle, nil)
        if code == CURLE_OK { return .status(unsafe hearth_curl_status(handle)) }
        if sink.wasStopped { return .stopped }
        let told = unsafe String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let text = unsafe told.isEmpty ? String(cString: curl_easy_strerror(code)) : told
        return .failed(text, mayPass: !Self.lasting.contains(code.rawValue))
    }

    private func configure(
        _ request: HTTPRequest, _ body: UnsafeRawBufferPointer, _ timeouts: TransferTimeouts,
        _ headers: UnsafeMutablePointer<curl_slist>?, _ words: UnsafeMutableBufferPointer<CChar>
    ) -> Bool {
        var isSet = true
        func text(_ option: CURLoption, _ value: String) {
            isSet = unsafe hearth_curl_set_text(handle, option, value) == CURLE_OK && isSet
        }
        func number(_ option: CURLoption, _ value: Int) {
            isSet = unsafe hearth_curl_set_number(handle, option, value) == CURLE_OK && isSet
        }
        text(CURLOPT_URL, request.url)
        text(CURLOPT_PROTOCOLS_STR, "http,https")
        text(CURLOPT_USERAGENT, "hearth")
        text(CURLOPT_AWS_SIGV4, request.signing.provider)
        text(CURLOPT_USERNAME, request.signing.keyID)
        text(CURLOPT_PASSWORD, request.signing.secret)
        if request.firstByte > 0 { text(CURLOPT_RANGE, "\(request.firstByte)-") }
        // Signals are the process's own; names are resolved on a thread, so that the limits of time hold without them.
        number(CURLOPT_NOSIGNAL, 1)
        number(CURLOPT_PATH_AS_IS, 1)
        number(CURLOPT_CONNECTTIMEOUT_MS, timeouts.connectMilliseconds)
        number(CURLOPT_LOW_SPEED_LIMIT, timeouts.bytesPerSecondMin)
        number(CURLOPT_LOW_SPEED_TIME, timeouts.stallSeconds)
        number(CURLOPT_TIMEOUT_MS, timeouts.totalMilliseconds)
        // Bodies are sent at once: few servers that speak S3 answer «100 Continue».
        number(CURLOPT_EXPECT_100_TIMEOUT_MS, 1)
        switch request.method {
        case .get: number(CURLOPT_HTTPGET, 1)
        case .delete: text(CURLOPT_CUSTOMREQUEST, "DELETE")
        case .put:
            isSet = unsafe hearth_curl_set_body(handle, body.baseAddress, body.count) == CURLE_OK && isSet
            text(CURLOPT_CUSTOMREQUEST, "PUT")
        }
        isSet = unsafe hearth_curl_set_headers(handle, headers) == CURLE_OK && isSet
        return unsafe hearth_curl_set_error_text(handle, words.baseAddress) == CURLE_OK && isSet
    }

    private static let write: hearth_curl_write = { bytes, size, count, context in
        guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
        let sink = unsafe Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
        let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
        if unsafe sink.take(hearth_curl_status(sink.handle), piece) { return size * count }
        sink.wasStopped = true
        // Anything but the count ends the transfer.
        return size * count == 0 ? 1 : 0
    }

    private static let progress: hearth_curl_progress = { context, _, _, _, _ in
        guard let context = unsafe context else { return 1 }
        return unsafe Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue().isCancelled() ? 1 : 0
    }

    /// Failures that do not pass by themselves: the address, the server's certificate, what libcurl was built with.
    private static let lasting: Set<UInt32> = [
        CURLE_UNSUPPORTED_PROTOCOL.rawValue, CURLE_URL_MALFORMAT.rawValue, CURLE_NOT_BUILT_IN.rawValue,
        CURLE_PEER_FAILED_VERIFICATION.rawValue, CURLE_SSL_CACERT_BADFILE.rawValue,
        CURLE_SSL_ISSUER_ERROR.rawValue, CURLE_ABORTED_BY_CALLBACK.rawValue,
    ]
}
