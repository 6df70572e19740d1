import HearthArtifacts
import HearthCore
import HearthObjectStore
import HearthTestSupport
import Testing

/// What no well-behaved server does, from one that follows a script (R122).
@Suite(.serialized) struct S3ClientTests {
    private static let empty = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"

    private func withServer<Value>(
        _ replies: [ScriptedServer.Reply], _ body: (ScriptedServer) throws -> Value
    ) throws -> Value {
        let server = try ScriptedServer(replies)
        defer { server.stop() }
        return try body(server)
    }

    @Test func `R122: what may pass is tried again with growing pauses`() throws {
        try withServer([.status(503), .bytes([]), .status(500), .status(200, Self.empty)]) { server in
            let pauses = Pauses()
            let ids = try server.store(attempts: 4, pauses: pauses).ids()
            #expect(ids.isEmpty)
            #expect(pauses.all == [100, 200, 400])
            #expect(server.requests.count == 4)
        }
    }

    @Test(arguments: [
        (403, "AccessDenied", ArtifactError.Code.permissionDenied), (403, "ExpiredToken", .permissionDenied),
        (301, "PermanentRedirect", .permissionDenied), (400, "AuthorizationHeaderMalformed", .permissionDenied),
        (404, "NoSuchBucket", .notFound), (418, "", .unavailable),
    ])
    func `R122: a refusal is not repeated, and says what to do`(
        _ status: Int, _ code: String, _ expected: ArtifactError.Code
    ) throws {
        let body = "<Error><Code>\(code)</Code><Message>no &amp; never</Message></Error>"
        try withServer([.status(status, body)]) { server in
            let error = #expect(throws: ArtifactError.self) { try server.store(attempts: 4).ids() }
            #expect(error?.code == expected)
            #expect(error?.message.hasPrefix("the object store answers \(status)") == true)
            #expect(error?.message.contains("\(code)\(code.isEmpty ? "" : ": ")no & never") == true)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `R122: after all attempts it is UNAVAILABLE, and for a while nothing is asked of it`() throws {
        try withServer([.status(503), .status(503)]) { server in
            let store = try server.store(attempts: 2, restMilliseconds: 60_000)
            for _ in 0..<3 {
                let error = #expect(throws: ArtifactError.self) { try store.ids() }
                #expect(error?.code == .unavailable)
                #expect(error?.isTransient == true)
            }
            #expect(server.requests.count == 2)
        }
    }

    @Test func `R122: a store that says nothing is given up after the limit of time`() throws {
        try withServer([.silence]) { server in
            let error = #expect(throws: ArtifactError.self) { try server.store(stallSeconds: 1).ids() }
            #expect(error?.code == .unavailable)
        }
    }

    @Test func `R122: requests are signed with the session's token and the body's digest, and puts are conditional`()
        throws
    {
        let shelf = try ModelShelf()
        let id = try shelf.publish(SampleModels.isolationForest(seed: 1), series: "s")
        try withServer([.status(404), .status(200), .status(200)]) { server in
            try server.store(region: "eu-central-1").receive(id, from: shelf.directory)
            let requests = server.requests
            #expect(
                requests.map { $0.split(separator: "\r\n")[0] } == [
                    "GET /bucket/\(id)/manifest.json HTTP/1.1", "PUT /bucket/\(id)/model.hearth HTTP/1.1",
                    "PUT /bucket/\(id)/manifest.json HTTP/1.1",
                ])
            for request in requests {
                #expect(request.contains("/eu-central-1/s3/aws4_request"))
                #expect(request.contains("x-amz-security-token: token"))
                let signed = request.split(separator: "SignedHeaders=").last?.split(separator: ",").first ?? ""
                #expect(
                    signed.contains("x-amz-content-sha256") && signed.contains("x-amz-security-token"), "\(request)")
            }
            for request in requests.dropFirst() {
                #expect(request.contains("If-None-Match: *"))
                #expect(request.contains("if-none-match;"), "\(request)")
            }
        }
    }

    @Test func `R122: a put whose answer was lost counts when the object is ours`() throws {
        let shelf = try ModelShelf()
        let id = try shelf.publish(SampleModels.isolationForest(seed: 1), series: "s")
        let manifest = String(decoding: try shelf.directory.manifestText(of: id), as: UTF8.self)
        let begin: [ScriptedServer.Reply] = [.status(404), .status(200), .bytes([]), .status(412)]
        try withServer(begin + [.status(200, manifest)]) { server in
            try server.store(attempts: 2).receive(id, from: shelf.directory)
        }
        try withServer(begin + [.status(200, manifest + " ")]) { server in
            let error = #expect(throws: ArtifactError.self) {
                try server.store(attempts: 2).receive(id, from: shelf.directory)
            }
            #expect(error?.code == .alreadyExists)
        }
    }

    @Test func `R122: a store without conditional puts is refused`() throws {
        let shelf = try ModelShelf()
        let id = try shelf.publish(SampleModels.isolationForest(seed: 1), series: "s")
        try withServer([.status(404), .status(501, "<Error><Code>NotImplemented</Code></Error>")]) { server in
            let error = #expect(throws: ArtifactError.self) { try server.store().receive(id, from: shelf.directory) }
            #expect(error?.code == .unsupported)
        }
    }

    private func get(_ replies: [ScriptedServer.Reply], listed: Int = 10) throws -> ([UInt8], [String]) {
        try withServer(replies) { server in
            var bytes: [UInt8] = []
            let file = ListedFile(
                name: "f", byteCount: listed, digest: try SHA256Hasher.digest(of: [], subject: ""))
            try unsafe server.store(attempts: 3).read(file, of: ModelID("m")) { piece throws(ArtifactError) in
                unsafe bytes += piece
            }
            return (bytes, server.requests)
        }
    }

    @Test func `R122: a transfer that breaks is taken up where it was`() throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
        let (bytes, requests) = try get([
            .bytes(Array((head + "01234").utf8)),
            .bytes(Array("HTTP/1.1 206 P\r\nContent-Length: 5\r\nContent-Range: bytes 5-9/10\r\n\r\n56789".utf8)),
        ])
        #expect(bytes == Array("0123456789".utf8))
        #expect(requests.last?.contains("Range: bytes=5-") == true)
        // One that knows no ranges begins again, which is no continuation.
        #expect(throws: ArtifactError.self) {
            try get([.bytes(Array((head + "01234").utf8)), .status(200, "0123456789"), .status(200, "0123456789")])
        }
    }

    @Test func `R122: an object that is longer than its manifest says is not read to its end`() throws {
        let error = #expect(throws: ArtifactError.self) { try get([.status(200, "0123456789A")]) }
        #expect(error?.code == .digestMismatch)
        #expect(error?.message == "more than 10 bytes found, no more expected")
    }

    @Test(arguments: [
        "", "not XML", "{\"keys\": []}", "<html><body>Welcome</body></html>", "<ListBucketResult>",
        "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><ListBucketResult>&a;</ListBucketResult>",
        "<ListBucketResult><Contents><Key>&bomb;</Key></Contents></ListBucketResult>",
        "<ListBucketResult></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated>"
            + "</ListBucketResult>", String(repeating: "<a>", count: 100_000),
        "<ListBucketResult><Contents><Key>" + String(repeating: "k", count: 20_000)
            + "</Key></Contents></ListBucketResult>",
        "<ListBucketResult" + String(repeating: " a='>'", count: 1_000), "<>", "<a b='", "<?", "<!--", "</", "<",
    ])
    func `R122: a listing that is none is an error, not a crash`(_ body: String) throws {
        try withServer([.status(200, body)]) { server in
            let error = #expect(throws: ArtifactError.self) { try server.store().ids() }
            #expect(error?.code == .unavailable)
        }
    }

    @Test func `R122: keys of a hostile listing are never paths, and a token that repeats ends it`() throws {
        let keys = [
            "../x/manifest.json", "x/../y/manifest.json", "/etc/manifest.json", "..%2Fx/manifest.json",
            "good/manifest.json",
            "good/MANIFEST.json", "%00/manifest.json", "..", "%zz/manifest.json", "good%2Fmanifest.json/x",
        ]
        let contents = keys.map { "<Contents><Key>\($0)</Key></Contents>" }.joined()
        let page =
            "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\"><EncodingType>url</EncodingType>\(contents)"
            + "<IsTruncated>true</IsTruncated><NextContinuationToken>t/+=</NextContinuationToken></ListBucketResult>"
        try withServer([.status(200, page), .status(200, page)]) { server in
            let ids = try server.store().ids().map(\.text)
            #expect(Set(ids) == ["good"])
            #expect(
                server.requests.last?.hasPrefix("GET /bucket/?continuation-token=t%2F%2B%3D&encoding-type=url") == true)
        }
    }

    @Test func `R122: garbage instead of HTTP is an error`() throws {
        for garbage in [Array("SSH-2.0-OpenSSH\r\n".utf8), [0, 1, 2, 3], Array("HTTP/1.1 999999 X\r\n\r\n".utf8)] {
            try withServer([.bytes(garbage)]) { server in
                let error = #expect(throws: ArtifactError.self) { try server.store().ids() }
                #expect(error?.code == .unavailable)
            }
        }
    }
}
