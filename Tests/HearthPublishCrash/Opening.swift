import Glibc
import HearthArtifacts
import HearthCore

/// Prints the resident KiB before and with the version open: `resident 5120 14912`.
func openOnce(_ arguments: Arguments) throws {
    let directory = try ModelDirectory(arguments[0], access: .readOnly)
    let before = try Footprint.now().residentKiB
    let version = try directory.open(try ModelID(arguments[1]))
    print("resident \(before) \(try Footprint.now().residentKiB)")
    print("opened \(version.artifact.fileByteCount)")
}

/// Prints open descriptors and resident KiB before and after many loads: `descriptors 6 6 resident 5120 5124 mapped 40
/// 40`.
func openRepeatedly(_ arguments: Arguments) throws {
    let directory = try ModelDirectory(arguments[0], access: .readOnly)
    let id = try ModelID(arguments[1])
    let missing = try ModelID("missing")
    func cycle(_ times: Int) throws {
        for _ in 0..<times {
            _ = try directory.open(id)
            // Failures must not leak either.
            _ = try? directory.open(missing)
        }
    }
    try cycle(50)
    let before = try Footprint.now()
    try cycle(Int(arguments[2]) ?? 0)
    let after = try Footprint.now()
    print("descriptors \(before.descriptors) \(after.descriptors)")
    print("resident \(before.residentKiB) \(after.residentKiB)")
    print("mapped \(before.mappings) \(after.mappings)")
}

/// What /proc says about this process.
struct Footprint {
    var descriptors: Int
    var residentKiB: Int
    var mappings: Int

    static func now() throws -> Footprint {
        return Footprint(
            descriptors: try FileDescriptor.open("/proc/self/fd", flags: O_RDONLY | O_DIRECTORY)
                .entryNames(subject: "fd").count,
            residentKiB: try statusKiB("VmRSS:"),
            mappings: try text("/proc/self/maps").split(separator: "\n").count)
    }

    /// The most that was resident so far.
    static func peakKiB() throws -> Int { try statusKiB("VmHWM:") }

    private static func statusKiB(_ key: String) throws -> Int {
        let line = try text("/proc/self/status").split(separator: "\n").first { $0.hasPrefix(key) }
        return Int(line?.split(whereSeparator: { !$0.isNumber }).first ?? "") ?? -1
    }

    private static func text(_ path: String) throws -> String {
        let file = try FileDescriptor.open(path, flags: O_RDONLY)
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe file.read(into: $0, subject: path) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
