import Foundation
import Glibc
import HearthArtifacts
import HearthCore
import HearthModel
import HearthRegistry
import HearthServing
import HearthTestSupport
import Testing

@Suite struct SwapMemoryTests {
    /// In a process of its own, so that no other test's memory is counted.
    @Test(.enabled(if: ProcessFacts.canTestExits))
    func `R31: after many swaps of large models the memory is where it was`() async {
        let run = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            #if DEBUG
            try SwapMemory().swap(times: 150)
            #else
            try SwapMemory().swap(times: 1000)
            #endif
        }
        StandardError.write(String(decoding: run?.standardErrorContent ?? [], as: UTF8.self))
    }
}

/// Swaps two published models of about a megabyte for each other.
private struct SwapMemory {
    private let shelf: ModelShelf
    private let cache = ModelCache(byteBudget: 64 << 20)
    private let loader: ArtifactLoader
    private var versions: [ModelVersion] = []

    init() throws {
        shelf = try ModelShelf()
        loader = ArtifactLoader(directory: shelf.directory, logger: LogRecord().logger)
        for seed in 1...2 as ClosedRange<UInt64> {
            let definition = SampleModels.isolationForest(seed: seed, trees: 320, columns: 4, depth: 8)
            let id = try shelf.publish(definition, series: "s")
            versions.append(try #require(try shelf.store.version(id)))
        }
    }

    func swap(times: Int) throws {
        // The first swaps fill the allocator's pools.
        for generation in 1..<50 { try swap(generation) }
        let before = residentByteCount
        for generation in 50..<50 + times { try swap(generation) }
        let growth = residentByteCount - before
        StandardError.write("\(times) swaps of \(cache.byteCount) bytes: resident memory grew by \(growth) bytes\n")
        try #require(cache.byteCount > 800_000)
        try #require(growth < 2 << 20)
    }

    private func swap(_ generation: Int) throws {
        _ = cache.serve(try loader.load(versions[generation % 2]), generation: UInt64(generation))
    }

    /// The resident pages of this process (statm's second field).
    private var residentByteCount: Int {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) : 0
    }
}
