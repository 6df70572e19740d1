import Glibc
import HearthArtifacts
import HearthCore
import HearthModel

/// Loads one artifact 200 times, warm and cold, and beside each load reads and hashes the same bytes, turn by turn.
struct LoadMeasurement {
    let folder: String
    let byteCount: Int
    private let turns = 200

    init(folder: String, byteCount: Int) {
        self.folder = folder
        self.byteCount = byteCount
    }

    func run() throws {
        let limits = ArtifactLimits(fileByteCountMax: 1 << 30, totalByteCountMax: 1 << 32)
        let directory = try ModelDirectory(folder, create: true, limits: limits)
        var random = SystemRandomNumberGenerator()
        let id = try ModelID.make(parts: ["measured"], at: .now(), randomness: &random)
        let section = ModelSection(
            SectionID("DATA"), bytes: (0..<byteCount - 128).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
        try directory.publish(
            NewVersion(
                modelID: id, name: try ModelName("measured"), key: Manifest.Key(modelType: "measured"),
                createdAt: .now(), trainedWith: Manifest.Library(name: "hearth", version: "0"),
                schema: Manifest.Schema(columns: [], columnCount: 8), files: VersionFiles(model: [section])),
            verify: { _ in }, commit: { _ in })
        let path = "\(directory.path)/\(id)/model.hearth"
        sync()
        var buffer = [UInt8](repeating: 1, count: byteCount + 4096)
        for cold in [false, true] {
            var reused: [Double] = []
            var fresh: [Double] = []
            var artifact: [Double] = []
            var version: [Double] = []
            for _ in 0..<turns {
                try evict(path, cold)
                reused.append(try timed { try readAndHash(path, into: &buffer) })
                try evict(path, cold)
                fresh.append(try timed { try readAndHashFresh(path) })
                try evict(path, cold)
                artifact.append(try timed { try load(path) })
                try evict(path, cold)
                version.append(try timed { _ = try directory.open(id) })
            }
            let label = "\(byteCount) bytes, \(cold ? "cold" : "warm")"
            report(label, "read+hash, one buffer for all", reused, over: reused)
            report(label, "read+hash, a new mapping each", fresh, over: reused)
            report(label, "MappedArtifact.read + release", artifact, over: reused)
            report(label, "ModelDirectory.open + release", version, over: reused)
        }
        try directory.remove(id)
    }

    private func load(_ path: String) throws {
        let file = try FileDescriptor.open(path, flags: O_RDONLY)
        _ = try MappedArtifact.read(descriptor: file, subject: path, byteCountMax: 1 << 30)
    }

    private func readAndHash(_ path: String, into buffer: inout [UInt8]) throws {
        let file = try FileDescriptor.open(path, flags: O_RDONLY)
        try unsafe buffer.withUnsafeMutableBytes { bytes in
            let count = try unsafe file.read(into: bytes, subject: path)
            _ = try unsafe SHA256Hasher.digest(of: UnsafeRawBufferPointer(rebasing: bytes[..<count]), subject: path)
        }
    }

    /// The least that a loader with memory of its own does: map, read, hash, unmap.
    private func readAndHashFresh(_ path: String) throws {
        let file = try FileDescriptor.open(path, flags: O_RDONLY)
        let size = byteCount + 4096
        guard let start = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) else {
            return
        }
        defer { unsafe munmap(start, size) }
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: start, count: size)
        let count = try unsafe file.read(into: bytes, subject: path)
        _ = try unsafe SHA256Hasher.digest(of: UnsafeRawBufferPointer(rebasing: bytes[..<count]), subject: path)
    }

    private func evict(_ path: String, _ cold: Bool) throws {
        guard cold else { return }
        let number = try FileDescriptor.open(path, flags: O_RDONLY).release()
        posix_fadvise(number, 0, 0, POSIX_FADV_DONTNEED)
        close(number)
    }

    /// Microseconds.
    private func timed(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let elapsed = try clock.measure(body)
        return Double(elapsed.components.attoseconds) / 1e12 + Double(elapsed.components.seconds) * 1e6
    }

    private func report(_ label: String, _ what: String, _ values: [Double], over base: [Double]) {
        func quantile(_ values: [Double], _ share: Double) -> Double {
            values.sorted()[min(values.count - 1, Int(share * Double(values.count)))]
        }
        let middle = quantile(values, 0.5)
        let ratio = (middle / quantile(base, 0.5) * 100).rounded() / 100
        print("\(label): \(what): p50 \(Int(middle)) us, p99 \(Int(quantile(values, 0.99))) us, ratio \(ratio)")
    }
}
