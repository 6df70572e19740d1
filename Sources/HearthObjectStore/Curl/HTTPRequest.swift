/// One request to an object store, before it is signed.
struct HTTPRequest {
    enum Method: String {
        case get = "GET"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// What libcurl signs it with (AWS signature version 4).
    struct Signing: Sendable {
        /// As libcurl's `CURLOPT_AWS_SIGV4` has it: `aws:amz:<region>:s3`.
        var provider: String
        var keyID: String
        var secret: String
    }

    var method: Method
    /// Percent-encoded, the query's names in order: it is signed as it stands.
    var url: String
    var headers: [(name: String, value: String)]
    var body: [UInt8] = []
    /// The first byte of the object that is asked for.
    var firstByte = 0
    var signing: Signing
}

/// How long a transfer may take: a store that hangs costs no more than this.
package struct TransferTimeouts: Sendable {
    /// Until there is a connection, name and certificates included.
    package var connectMilliseconds = 3_000
    /// So long may a transfer be slower than ``bytesPerSecondMin``.
    package var stallSeconds = 10
    package var bytesPerSecondMin = 1_000
    /// Whatever its speed.
    package var totalMilliseconds = 600_000

    package init() {}
}
