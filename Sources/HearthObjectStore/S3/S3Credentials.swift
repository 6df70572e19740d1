package import HearthArtifacts

/// Who asks, from the variables that all tools of S3 read.
package struct S3Credentials: Sendable {
    let keyID: String
    let secret: String
    /// Of temporary credentials.
    let sessionToken: String?

    /// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, where it is set, `AWS_SESSION_TOKEN`.
    ///
    /// Throws `.permissionDenied`, naming the variable that is missing or cannot be right.
    package init(environment: (String) -> String?) throws(ArtifactError) {
        func variable(_ name: String) throws(ArtifactError) -> String? {
            guard let value = environment(name), !value.isEmpty else { return nil }
            // It goes into a header: an end of line in it would begin another.
            guard value.utf8.count <= 16_384, value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw ArtifactError(
                    .permissionDenied, path: name, "blanks, line ends or letters that no key has found",
                    hint: "set it again, without quotes or spaces inside")
            }
            return value
        }
        guard let keyID = try variable("AWS_ACCESS_KEY_ID"), let secret = try variable("AWS_SECRET_ACCESS_KEY") else {
            throw ArtifactError(
                .permissionDenied, path: "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY",
                "no credentials for the object store found", hint: "set both variables where this program is started")
        }
        self.keyID = keyID
        self.secret = secret
        sessionToken = try variable("AWS_SESSION_TOKEN")
    }
}
