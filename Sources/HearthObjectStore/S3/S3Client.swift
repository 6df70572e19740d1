import Glibc
import HearthArtifacts
import HearthCore
import Synchronization

/// The four requests of S3 that a store of artifacts needs, tried again where that helps.
///
/// Whatever a server answers becomes a value or an ``ArtifactError``; bodies are bounded. Thread-safe; calls block.
final class S3Client: Sendable {
    let location: S3Location
    private let credentials: S3Credentials
    private let patience: StorePatience
    private let pause: @Sendable (_ milliseconds: Int) -> Void
    private let pool = CurlPool()
    private let isClosed = Atomic<Bool>(false)
    /// The last outage, and until when it is taken to last.
    private let outage = Mutex<(error: ArtifactError, until: MonotonicTime)?>(nil)

    /// The most bytes of a page of a listing: a thousand keys of 1,024 bytes, encoded, and what stands between them.
    static let listingByteCountMax = 8 << 20
    /// The most bytes of a refusal that are kept.
    private static let refusalByteCountMax = 64 << 10

    init(
        _ location: S3Location, _ credentials: S3Credentials, _ patience: StorePatience,
        pause: @escaping @Sendable (_ milliseconds: Int) -> Void
    ) {
        self.location = location
        self.credentials = credentials
        self.patience = patience
        self.pause = pause
    }

    /// Ends the transfers under way, and refuses all that would begin.
    func close() {
        isClosed.store(true, ordering: .relaxed)
    }

    /// What became of a put that overwrites nothing.
    enum PutOutcome {
        case stored
        case existsAlready
    }

    /// Stores an object unless there is one of that key.
    func put(_ key: String, _ bytes: [UInt8], digest: SHA256Digest) throws(ArtifactError) -> PutOutcome {
        var request = request(.put, path: PercentCode.encoded(key, keepsSlashes: true), bodyDigest: digest)
        request.body = bytes
        request.headers += [("Content-Type", "application/octet-stream"), ("If-None-Match", "*")]
        guard let refusal = try unsafe send(request, subject: subject(key), take: { _ in true }) else { return .stored }
        guard refusal.status != 412 else { return .existsAlready }
        throw error(of: refusal, subject: subject(key))
    }

    /// Gives the bytes of an object to `take`, in order; a transfer that breaks is taken up where it was.
    ///
    /// Throws `.notFound`, and `.digestMismatch` when there are more than `byteCountMax`.
    func get(
        _ key: String, byteCountMax: Int, _ take: (UnsafeRawBufferPointer) throws(ArtifactError) -> Void
    ) throws(ArtifactError) {
        let request = request(.get, path: PercentCode.encoded(key, keepsSlashes: true), bodyDigest: try Self.nothing())
        var byteCount = 0
        var failure: ArtifactError?
        let subject = subject(key)
        let refusal = try unsafe send(request, subject: subject) { piece in
            byteCount += piece.count
            do throws(ArtifactError) {
                guard byteCount <= byteCountMax else {
                    throw ArtifactError(
                        .digestMismatch, path: subject, "more than \(byteCountMax) bytes found, no more expected",
                        hint: "the object is not the one that was published: publish the model again")
                }
                try unsafe take(piece)
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        if let refusal { throw error(of: refusal, subject: subject) }
    }

    /// Deletes an object; that there is none is no error.
    func delete(_ key: String) throws(ArtifactError) {
        let request = request(
            .delete, path: PercentCode.encoded(key, keepsSlashes: true), bodyDigest: try Self.nothing())
        guard let refusal = try unsafe send(request, subject: subject(key), take: { _ in true }) else { return }
        guard refusal.status != 404 || refusal.code == "NoSuchBucket" else { return }
        throw error(of: refusal, subject: subject(key))
    }

    /// A page of the keys that begin with `prefix`, in the order of their bytes.
    func list(_ prefix: String, after token: String?) throws(ArtifactError) -> S3Listing {
        // In the order of the names, as they are signed.
        var query = token.map { [("continuation-token", $0)] } ?? []
        query += [("encoding-type", "url"), ("list-type", "2"), ("prefix", prefix)]
        let text = query.map { "\($0.0)=\(PercentCode.encoded($0.1))" }.joined(separator: "&")
        let request = request(.get, path: "?\(text)", bodyDigest: try Self.nothing())
        let subject = subject(prefix)
        var body: [UInt8] = []
        let refusal = try unsafe send(request, subject: subject) { piece in
            guard body.count + piece.count <= Self.listingByteCountMax else { return false }
            unsafe body += piece
            return true
        }
        if let refusal { throw error(of: refusal, subject: subject) }
        do throws(XMLScanner.Failure) {
            return try S3Listing(xml: body)
        } catch {
            throw ArtifactError(
                .unavailable, path: subject, byteOffset: error.offset,
                "a listing that cannot be read: \(error.message)", hint: "check that the endpoint speaks S3")
        }
    }

    /// A key as messages name it.
    func subject(_ key: String) -> String { "s3://\(location.bucket)/\(key)" }

    private static func nothing() throws(ArtifactError) -> SHA256Digest {
        try SHA256Hasher.digest(of: [], subject: "")
    }

    private func request(_ method: HTTPRequest.Method, path: String, bodyDigest: SHA256Digest) -> HTTPRequest {
        var headers = [(name: "x-amz-content-sha256", value: "\(bodyDigest)")]
        if let token = credentials.sessionToken { headers.append(("x-amz-security-token", token)) }
        return HTTPRequest(
            method: method, url: location.baseURL + path, headers: headers,
            signing: HTTPRequest.Signing(
                provider: "aws:amz:\(location.region):s3", keyID: credentials.keyID, secret: credentials.secret))
    }

    /// Sends a request until there is an answer: nil when it was done or `take` stopped it, else the refusal.
    ///
    /// Throws `.unavailable` when there is none after all attempts.
    private func send(
        _ request: HTTPRequest, subject: String, take: (UnsafeRawBufferPointer) -> Bool
    ) throws(ArtifactError) -> S3Refusal? {
        if let known = outage.withLock({ $0 }), MonotonicTime.now() < known.until { throw known.error }
        var request = request
        var delay = patience.delayMilliseconds
        var reason = ""
        for attempt in 1...max(1, patience.attemptCount) {
            guard !isClosed.load(ordering: .relaxed) else { reason = "this program is stopping"; break }
            if attempt > 1 {
                pause(delay)
                delay *= 2
            }
            var status = 0
            var text: [UInt8] = []
            let offset = request.firstByte
            let outcome = pool.withHandle { handle in
                unsafe handle.perform(
                    request, timeouts: patience.timeouts,
                    isCancelled: { [self] in isClosed.load(ordering: .relaxed) },
                    take: { found, piece in
                        status = found
                        guard found < 200 || found > 299 else {
                            // A server that does not know ranges sends everything again: that is no continuation.
                            guard offset == 0 || found == 206 else { return false }
                            request.firstByte += piece.count
                            return unsafe take(piece)
                        }
                        guard text.count + piece.count <= Self.refusalByteCountMax else { return false }
                        unsafe text += piece
                        return true
                    })
            }
            switch outcome {
            case .status(let found)? where (200...299).contains(found):
                outage.withLock { $0 = nil }
                return nil
            case .stopped? where (200...299).contains(status) && (offset == 0 || status == 206):
                return nil
            case .status?, .stopped?:
                if case .status(let found)? = outcome { status = found }
                let refusal = S3Refusal(status: status, xml: text)
                guard refusal.mayPass else { return refusal }
                reason = "it answers \(refusal.status) \(refusal.code) \(refusal.message)"
            case .failed(let words, let mayPass)?:
                reason = words
                guard mayPass else { throw away(subject, reason) }
            case nil:
                reason = "libcurl has no memory for a connection"
            }
        }
        throw away(subject, reason)
    }

    private func away(_ subject: String, _ reason: String) -> ArtifactError {
        let error = ArtifactError(
            .unavailable, path: subject, "the object store cannot be reached: \(reason)",
            hint: "check --s3-endpoint, AWS_REGION and the way there; what is in the model directory is not affected")
        let until = MonotonicTime.now().advanced(byNanoseconds: Int64(patience.restMilliseconds) * 1_000_000)
        outage.withLock { $0 = patience.restMilliseconds > 0 ? (error, until) : nil }
        return error
    }

    private func error(of refusal: S3Refusal, subject: String) -> ArtifactError {
        let (code, hint): (ArtifactError.Code, String) =
            switch (refusal.code, refusal.status) {
            case ("NoSuchBucket", _): (.notFound, "make the bucket '\(location.bucket)', or mend --artifact-store")
            case (_, 404): (.notFound, "see the versions that are there with 'hearth artifacts list'")
            case ("SignatureDoesNotMatch", _), ("InvalidAccessKeyId", _):
                (.permissionDenied, "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
            case ("ExpiredToken", _), ("InvalidToken", _), ("InvalidClientTokenId", _):
                (.permissionDenied, "renew the temporary credentials: AWS_SESSION_TOKEN belongs to the two keys")
            case ("RequestTimeTooSkewed", _): (.permissionDenied, "set this machine's clock")
            case (_, 401), (_, 403):
                (
                    .permissionDenied,
                    "let these credentials list, get, put and delete objects in the bucket '\(location.bucket)'"
                )
            case (_, 301), (_, 307), ("AuthorizationHeaderMalformed", _):
                (.permissionDenied, "set AWS_REGION to the bucket's region; '\(location.region)' was asked")
            case (_, 501): (.unsupported, "use a store that knows conditional puts (If-None-Match)")
            default: (.unavailable, "check that --s3-endpoint is the address of a store that speaks S3")
            }
        let words = [refusal.code, refusal.message].filter { !$0.isEmpty }.joined(separator: ": ")
        return ArtifactError(
            code, path: subject, "the object store answers \(refusal.status)\(words.isEmpty ? "" : " \(words)")",
            hint: hint)
    }
}
