import HearthArtifacts
import HearthModel

/// Python's files through everything between bytes and answers: the reader, the converter of every class, packing, the
/// checks of packed models and the kernels.
///
/// What it looks for are traps, reads out of bounds, too much memory or time, and definitions that pass but cannot be
/// packed or served.
enum ModelFuzzer {
    static func run(_ input: UnsafeRawBufferPointer) {
        do throws(ArtifactError) {
            let document = try unsafe PickleFile.read(bytes: input, path: "fuzz", limits: FileFuzzer.limits)
            Answers.require(of: try SklearnConverter.model(document).definition)
        } catch {
            precondition(!error.message.isEmpty && !error.hint.isEmpty, "an error without a word")
            precondition(error.path == "fuzz", "an error names its file")
        }
    }
}
