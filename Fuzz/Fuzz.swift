import Glibc
import HearthCore

/// libFuzzer's driver: the package's own name for `main` keeps libFuzzer's out.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

/// libFuzzer's own ways of changing an input, the dictionary's words among them.
@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ countMax: Int) -> Int

/// libFuzzer's own `main`, which is linked but not called, looks for this name.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    unsafe Fuzz.target.run(UnsafeRawBufferPointer(start: start, count: count))
    return 0
}

/// How libFuzzer changes an input: by its own ways, and every second time by those that know the format.
@_cdecl("LLVMFuzzerCustomMutator")
func fuzzMutate(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ countMax: Int, _ seed: UInt32) -> Int {
    var random = FuzzRandom(seed: UInt64(seed))
    let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard random.next() % 2 == 0, let output = unsafe Fuzz.target.mutated(input, &random), !output.isEmpty,
        output.count <= countMax
    else { return unsafe mutateBytes(start, count, countMax) }
    unsafe start.update(from: output, count: output.count)
    return output.count
}

/// Chooses between the targets. Built and run by `deploy/fuzz`.
@main
enum Fuzz {
    /// Something of Hearth that reads bytes from outside.
    enum Target: String, CaseIterable {
        /// Frames of the fast lane and their messages (``FrameFuzzer``).
        case frames
        /// Sessions of the gRPC lane (``SessionFuzzer``).
        case grpc
        /// Readers of Python's files (``FileFuzzer``).
        case pickle, joblib
        /// Model files of any format, seeded with Python's, from the first byte to an answer (``ModelFuzzer``).
        case models
        /// Files of boosters from the first byte to an answer (``BoosterFuzzer``).
        case boosters
        /// `model.hearth` from the first byte to an answer (``HearthFileFuzzer``).
        case hearth

        func run(_ input: UnsafeRawBufferPointer) {
            switch self {
            case .frames: unsafe FrameFuzzer.run(input)
            case .grpc: unsafe SessionFuzzer.run(ByteView(input))
            case .pickle, .joblib: unsafe FileFuzzer.run(input)
            case .models: ModelFuzzer.run(unsafe Array(input))
            case .boosters: BoosterFuzzer.run(unsafe Array(input))
            case .hearth: HearthFileFuzzer.run(unsafe Array(input))
            }
        }

        /// A change that keeps the format; nil where there is none.
        func mutated(_ input: [UInt8], _ random: inout FuzzRandom) -> [UInt8]? {
            switch self {
            case .frames, .grpc, .boosters: nil
            case .pickle, .joblib, .models: PickleMutator(input)?.mutated(&random)
            case .hearth: HearthFileFuzzer.mutated(input, &random)
            }
        }
    }

    // Sound: set before libFuzzer's first call, which is on the same thread.
    nonisolated(unsafe) static var target = Target.frames

    static func main() {
        if let name = unsafe getenv("HEARTH_FUZZ_TARGET") {
            guard let chosen = unsafe Target(rawValue: String(cString: name)) else {
                print("unknown target; one of \(Target.allCases.map(\.rawValue)) expected")
                exit(2)
            }
            unsafe target = chosen
        }
        if let folder = unsafe getenv("HEARTH_FUZZ_SEEDS") {
            let files = Array(CommandLine.arguments.dropFirst())
            return HearthFileFuzzer.writeSeeds(from: files, into: unsafe String(cString: folder))
        }
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        exit(unsafe runDriver(&count, &arguments, fuzzOneInput))
    }

    /// `bytes` as libFuzzer would change them, with room for `extra` more.
    static func changed(_ bytes: [UInt8], extra: Int = 16) -> [UInt8] {
        var output = bytes + [UInt8](repeating: 0, count: extra)
        let count = unsafe output.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return 0 }
            return unsafe mutateBytes(start, bytes.count, buffer.count)
        }
        return Array(output.prefix(count))
    }
}

/// Numbers that follow from libFuzzer's seed alone (SplitMix64).
struct FuzzRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
