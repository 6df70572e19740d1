import Glibc
import HearthArtifacts
import HearthCore
import HearthKernels
import HearthModel

/// Does with a file what a server does before it serves it, and tells what that has cost: `cost <milliseconds of
/// processor time> <KiB of memory at the most, beside what the process had before>`.
///
/// An error of the file is thrown after that line.
func convert(_ arguments: Arguments) throws {
    // What stands once in a process, whatever file comes first, is no cost of the file.
    _ = try? PickleFile.read(bytes: Array("cos\nsystem\n.".utf8), path: "warm")
    let before = try Footprint.now().residentKiB
    let start = processorMilliseconds()
    let outcome = Result { try serve(arguments[0], limits: arguments.option("limits") == "none") }
    let elapsed = processorMilliseconds() - start
    print("cost \(elapsed) \(try Footprint.peakKiB() - before)")
    try outcome.get()
}

private func serve(_ path: String, limits areLifted: Bool) throws {
    var limits = PickleLimits()
    if areLifted {
        limits = PickleLimits(
            fileByteCountMax: 1 << 30, contentByteCountMax: 1 << 30, arenaByteCountMax: 1 << 30,
            operationCountMax: 1 << 30)
    }
    let definition: ModelDefinition
    var head = [UInt8](repeating: 0, count: 64)
    let file = try FileDescriptor.open(path, flags: O_RDONLY)
    let count = try unsafe head.withUnsafeMutableBytes { try unsafe file.read(into: $0, at: 0, subject: path) }
    if BoosterFormat.sniff(head.prefix(count)) != nil {
        var bytes = [UInt8](repeating: 0, count: Int(try file.status(subject: path).byteCount))
        let read = try unsafe bytes.withUnsafeMutableBytes { try unsafe file.read(into: $0, at: 0, subject: path) }
        definition = try BoosterConverter.model(Array(bytes.prefix(read)), path: path).definition
    } else {
        definition = try SklearnConverter.model(PickleFile.read(path: path, limits: limits)).definition
    }
    let model = try ServableModel(PackedModel.pack(definition))
    _ = try? model.outputs(of: [Double](repeating: 0.5, count: model.signature.columnCount))
}

private func processorMilliseconds() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}
