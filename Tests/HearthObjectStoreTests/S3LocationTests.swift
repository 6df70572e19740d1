import HearthArtifacts
import HearthObjectStore
import Testing

@testable import HearthObjectStore

/// What the options and variables of a command line mean (R122).
@Suite struct S3LocationTests {
    private func location(
        _ url: String, _ endpoint: String? = nil, _ environment: [String: String] = [:]
    ) throws -> S3Location {
        try S3Location(url, endpoint: endpoint, environment: { environment[$0] })
    }

    @Test func `R122: Amazon's buckets are named by host, others by path`() throws {
        #expect(try location("s3://bucket").baseURL == "https://bucket.s3.us-east-1.amazonaws.com/")
        #expect(
            try location("s3://buck.et/a/", nil, ["AWS_REGION": "eu-west-3"]).baseURL
                == "https://s3.eu-west-3.amazonaws.com/buck.et/")
        #expect(try location("s3://bucket/a/b", "http://minio:9000/").baseURL == "http://minio:9000/bucket/")
        let fromVariable = try location("s3://bucket", nil, ["AWS_ENDPOINT_URL": "https://[::1]:9000/s3"])
        #expect(fromVariable.baseURL == "https://[::1]:9000/s3/bucket/")
        #expect(try location("s3://bucket/a/b").description == "s3://bucket/a/b")
        #expect(try location("s3://bucket/a/b/").keyPrefix == "a/b/")
        #expect(try location("s3://bucket").keyPrefix.isEmpty)
    }

    @Test(arguments: [
        "", "bucket", "s3:/bucket", "s3://", "s3://Bucket", "s3://bu", "s3://-bucket", "s3://bucket/../x",
        "s3://bucket/a b", "s3://bucket/a?b", "s3://bucket/ü", "http://bucket/x", "s3://bucket/.",
    ])
    func `R122: what names no bucket is refused`(_ url: String) {
        let error = #expect(throws: ArtifactError.self) { try location(url) }
        #expect(error?.code == .invalidName)
    }

    @Test(arguments: [
        "minio:9000", "ftp://minio", "http://", "http://user:pass@minio", "http://minio?x", "http://minio/\r\nHost: x",
        "http:///bucket", "",
    ])
    func `R122: an endpoint that is no plain address is refused`(_ endpoint: String) {
        #expect(throws: ArtifactError.self) { try location("s3://bucket", endpoint) }
    }

    @Test func `R122: credentials with line ends in them are refused, so that no header can be added`() {
        let environment = ["AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "a\r\nX: y"]
        let error = #expect(throws: ArtifactError.self) { try S3Credentials(environment: { environment[$0] }) }
        #expect(error?.path == "AWS_SESSION_TOKEN")
    }

    @Test func `R122: percent-encoding goes there and back`() {
        let text = "a/b c+ü~_-.%&="
        #expect(PercentCode.encoded(text) == "a%2Fb%20c%2B%C3%BC~_-.%25%26%3D")
        #expect(PercentCode.encoded(text, keepsSlashes: true) == "a/b%20c%2B%C3%BC~_-.%25%26%3D")
        #expect(PercentCode.decoded(PercentCode.encoded(text)) == text)
        #expect(PercentCode.decoded("a+b") == "a b")
        for wrong in ["%", "%2", "%zz", "%ff"] { #expect(PercentCode.decoded(wrong) == nil) }
    }
}
