import HearthArtifacts
import HearthKernels
import HearthModel

/// Model files of any format through everything between bytes and answers, as a server takes them: the codec, the
/// readers, the converter of every class, packing, the checks of packed models and the kernels.
///
/// What it looks for are traps, reads out of bounds, too much memory or time, and definitions that pass but cannot be
/// packed or served.
enum ModelFuzzer {
    static func run(_ bytes: [UInt8]) {
        do throws(ArtifactError) {
            let imported = try ModelImport.read(
                bytes: bytes, path: "fuzz", limits: ImportLimits(fileByteCountMax: 1 << 20))
            switch imported.content {
            case .definition(let model): Answers.require(of: model.definition)
            case .artifact: break
            }
        } catch {
            precondition(!error.message.isEmpty && !error.hint.isEmpty, "an error without a word")
            precondition(error.path == "fuzz", "an error names its file")
        }
    }
}
