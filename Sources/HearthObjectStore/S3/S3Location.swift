package import HearthArtifacts

/// A bucket, or a folder of one, and how it is reached: what `s3://bucket/prefix` and the options beside it say.
package struct S3Location: Sendable, Equatable, CustomStringConvertible {
    package let bucket: String
    /// Without slashes at the ends; empty for the whole bucket.
    package let prefix: String
    package let region: String
    /// Before the key: scheme, host, and with path-style addressing the bucket. Ends with a slash.
    let baseURL: String

    /// - Parameters:
    ///   - url: `s3://bucket` or `s3://bucket/prefix`.
    ///   - endpoint: the address of a server that is not Amazon's, e.g. `http://minio:9000`; buckets are then the first
    ///     part of the path.
    ///   - environment: looks up `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, `AWS_REGION` and `AWS_DEFAULT_REGION`,
    ///     where the options say nothing.
    /// - Throws: `.invalidName`, which says what is wrong with which.
    package init(
        _ url: String, endpoint: String? = nil, environment: (String) -> String?
    ) throws(ArtifactError) {
        func refusal(_ subject: String, _ message: String, _ hint: String) -> ArtifactError {
            ArtifactError(.invalidName, path: String(subject.prefix(200)), message, hint: hint)
        }
        let scheme = "s3://"
        let parts = url.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard url.hasPrefix(scheme), let bucket = parts.first, Self.isBucket(bucket) else {
            throw refusal(
                url, "no bucket found, 's3://bucket' or 's3://bucket/prefix' expected",
                "a bucket has 3 to 63 lower-case letters, digits, '-' and '.'")
        }
        let folders = parts.dropFirst().filter { !$0.isEmpty }
        guard folders.allSatisfy(Self.isFolder), url.utf8.count <= 600 else {
            throw refusal(url, "a prefix that is not read found", "use letters, digits, '-', '_' and '.' in its parts")
        }
        func lookUp(_ names: String...) -> String? {
            names.lazy.compactMap(environment).first { !$0.isEmpty }
        }
        let region = lookUp("AWS_REGION", "AWS_DEFAULT_REGION") ?? "us-east-1"
        guard region.utf8.count <= 64, region.utf8.allSatisfy({ Self.isLowercaseOrDigit($0) || $0 == 0x2D }) else {
            throw refusal(region, "no region", "set AWS_REGION to the bucket's region, e.g. eu-central-1")
        }
        self.bucket = bucket
        self.prefix = folders.joined(separator: "/")
        self.region = region
        if let endpoint = endpoint ?? lookUp("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL") {
            guard let base = Self.base(endpoint) else {
                throw refusal(
                    endpoint, "no address of a server found, e.g. https://minio.example:9000 expected",
                    "mend --s3-endpoint or AWS_ENDPOINT_URL; user names and queries do not belong there")
            }
            baseURL = "\(base)/\(bucket)/"
        } else if bucket.utf8.contains(0x2E) {
            // A dot in the name would not fit the server's certificate.
            baseURL = "https://s3.\(region).amazonaws.com/\(bucket)/"
        } else {
            baseURL = "https://\(bucket).s3.\(region).amazonaws.com/"
        }
    }

    package var description: String { "s3://\(bucket)\(prefix.isEmpty ? "" : "/\(prefix)")" }

    /// Before the ids of versions: empty, or the prefix and a slash.
    var keyPrefix: String { prefix.isEmpty ? "" : "\(prefix)/" }

    private static func base(_ endpoint: String) -> String? {
        let text = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        let schemes = ["http://", "https://"]
        guard let scheme = schemes.first(where: text.hasPrefix), text.utf8.count <= 300 else { return nil }
        let rest = text.utf8.dropFirst(scheme.utf8.count)
        let isPlain = rest.allSatisfy { byte in
            isLowercaseOrDigit(byte) || (0x41...0x5A).contains(byte) || "-._:/[]".utf8.contains(byte)
        }
        return isPlain && !rest.isEmpty && rest.first != 0x2F ? text : nil
    }

    private static func isBucket(_ name: String) -> Bool {
        guard (3...63).contains(name.utf8.count), let first = name.utf8.first, let last = name.utf8.last else {
            return false
        }
        return isLowercaseOrDigit(first) && isLowercaseOrDigit(last)
            && name.utf8.allSatisfy { isLowercaseOrDigit($0) || $0 == 0x2D || $0 == 0x2E }
    }

    private static func isFolder(_ name: String) -> Bool {
        name != "." && name != ".."
            && name.utf8.allSatisfy {
                isLowercaseOrDigit($0) || (0x41...0x5A).contains($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
            }
    }

    private static func isLowercaseOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
