/// Makes the errors of one booster file, so that each names the file and the place in it.
struct BoosterFailure: Sendable {
    /// The file, as a person would look it up.
    let path: String

    private static let damaged = "the file is damaged; save the model again"

    func truncated(_ offset: Int, _ expected: String) -> ArtifactError {
        ArtifactError(
            .truncated, path: path, byteOffset: offset, "the end found, \(expected) expected",
            hint: "the file is not whole; copy it again")
    }

    func corrupt(_ offset: Int?, _ message: String) -> ArtifactError {
        ArtifactError(.corrupt, path: path, byteOffset: offset, message, hint: Self.damaged)
    }

    func tooLarge(_ offset: Int?, _ message: String) -> ArtifactError {
        ArtifactError(.tooLarge, path: path, byteOffset: offset, message, hint: "train a smaller model")
    }

    /// The file is sound, but what it says is not computed here.
    func unsupported(_ offset: Int?, _ message: String, hint: String) -> ArtifactError {
        ArtifactError(.unsupportedVersion, path: path, byteOffset: offset, message, hint: hint)
    }

    /// At most ``BoosterLimits/quotedByteCountMax`` bytes of a text from the file, for a message.
    static func quoted(_ text: String) -> String {
        guard text.utf8.count > BoosterLimits.quotedByteCountMax else { return "'\(text)'" }
        return "'\(String(decoding: text.utf8.prefix(BoosterLimits.quotedByteCountMax), as: UTF8.self))…'"
    }
}
