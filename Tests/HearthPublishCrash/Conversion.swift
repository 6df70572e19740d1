import Glibc
import HearthArtifacts
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
    let outcome = Result { try serve(arguments[0], areLifted: arguments.option("limits") == "none") }
    let elapsed = processorMilliseconds() - start
    print("cost \(elapsed) \(try Footprint.peakKiB() - before)")
    try outcome.get()
}

private func serve(_ path: String, areLifted: Bool) throws {
    var limits = PickleLimits()
    if areLifted {
        limits = PickleLimits(
            fileByteCountMax: 1 << 30, contentByteCountMax: 1 << 30, arenaByteCountMax: 1 << 30,
            operationCountMax: 1 << 30)
    }
    let definition: ModelDefinition
    if areLifted {
        definition = try SklearnConverter.model(PickleFile.read(path: path, limits: limits)).definition
    } else {
        guard let model = try ModelImport.read(path: path).model else { throw UsageError(text: "no model to convert") }
        definition = model.definition
    }
    let sections = try PackedModel.exercised(definition)
    _ = try ServableModel(sections)
}

private func processorMilliseconds() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}
