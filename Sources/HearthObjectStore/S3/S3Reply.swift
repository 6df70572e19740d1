/// A page of a listing (ListObjectsV2).
struct S3Listing: Equatable {
    var keys: [String] = []
    /// Asks for the next page; nil on the last.
    var continuationToken: String?

    /// Reads a reply; keys that are no text are left out.
    init(xml: [UInt8]) throws(XMLScanner.Failure) {
        var scanner = XMLScanner(xml)
        var isTruncated = false
        var isEncoded = false
        var found: [String] = []
        var token: String?
        var isListing = false
        while let event = try scanner.next() {
            guard case .closed(let text) = event else { continue }
            switch scanner.path {
            case ["ListBucketResult"]: isListing = true
            case ["ListBucketResult", "Contents", "Key"]: found.append(text)
            case ["ListBucketResult", "IsTruncated"]: isTruncated = text == "true"
            case ["ListBucketResult", "NextContinuationToken"]: token = text
            case ["ListBucketResult", "EncodingType"]: isEncoded = text == "url"
            default: break
            }
        }
        guard isListing else { throw XMLScanner.Failure(message: "no ListBucketResult found", offset: 0) }
        keys = isEncoded ? found.compactMap(PercentCode.decoded) : found
        guard isTruncated else { return }
        guard let token, !token.isEmpty else {
            throw XMLScanner.Failure(message: "a page that is not the last without a token for the next", offset: 0)
        }
        continuationToken = token
    }
}

/// What a store says when it refuses: `<Error><Code>..</Code><Message>..</Message></Error>`.
struct S3Refusal: Equatable {
    var status: Int
    /// E.g. `NoSuchBucket`; empty where the reply says nothing that can be read.
    var code = ""
    var message = ""

    init(status: Int, xml: [UInt8]) {
        self.status = status
        var scanner = XMLScanner(xml)
        // What is no such document says nothing: proxies answer with pages of their own.
        while let event = try? scanner.next() {
            guard case .closed(let text) = event else { continue }
            if scanner.path == ["Error", "Code"] { code = Self.plain(text) }
            if scanner.path == ["Error", "Message"] { message = Self.plain(text) }
        }
    }

    /// Whether the same request may be answered a moment later.
    var mayPass: Bool {
        switch status {
        // A conflict of two conditional puts, as S3 says, is to be tried again.
        case 408, 409, 429, 500, 502, 503, 504: true
        default: ["RequestTimeout", "SlowDown", "InternalError", "ServiceUnavailable"].contains(code)
        }
    }

    /// At most 300 characters of a line, for a message.
    private static func plain(_ text: String) -> String {
        String(text.unicodeScalars.prefix(300).map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }
}
