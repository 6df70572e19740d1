import Foundation
import HearthArtifacts
import HearthTestSupport
import Testing

/// What hostile files cost, each in a process of its own: at most a second of processor time and 256 MiB of memory.
@Suite struct AttackCostTests {
    /// The debug build checks every step and inlines nothing: it takes some thirty times as long.
    #if DEBUG
    private static let millisecondsMax = 30_000
    #else
    private static let millisecondsMax = 1000
    #endif
    private static let kibibytesMax = 256 << 10

    @Test(arguments: CostlyFile.all)
    func `a costly file is refused, or served, within a second and 256 MiB`(file: CostlyFile) throws {
        let bytes = file.bytes()
        #expect(bytes.count <= ArtifactLimits().fileByteCountMax)
        let outcome = try Self.convert(bytes)
        #expect(outcome.signal == nil)
        let cost = outcome.numbers("cost")
        try #require(cost.count == 2, "\(outcome.lines)")
        #expect(cost[0] <= Self.millisecondsMax, "\(cost[0]) ms")
        #expect(cost[1] <= Self.kibibytesMax, "\(cost[1]) KiB")
        let expected = file.code.map { "error \($0) " } ?? "ok"
        #expect(outcome.last.hasPrefix(expected), "\(outcome.last.prefix(300))")
    }

    @Test func `a file that takes more is seen to take more`() throws {
        let modest = try Self.convert(PickleWriter.pickle { $0.raw([UInt8](repeating: 0x5D, count: 1000)) })
        #expect(modest.numbers("cost").last ?? .max <= 16 << 10)
        // Lists made and forgotten, millions of them, where nothing limits them.
        let lists = [[UInt8]](repeating: [0x5D, 0x30], count: 16_000_000).flatMap { $0 }
        let greedy = try Self.convert(PickleWriter.pickle { $0.raw(lists) }, "--limits", "none")
        #expect(greedy.numbers("cost").last ?? 0 > Self.kibibytesMax)
    }

    private static func convert(_ bytes: [UInt8], _ more: String...) throws -> HelperProcess.Outcome {
        let folder = try TemporaryFolder()
        let path = folder.path + "/attack"
        try Data(bytes).write(to: URL(filePath: path))
        return try HelperProcess.run(["convert", path] + more)
    }
}
