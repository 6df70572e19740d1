import Foundation
import HearthTestSupport
import Testing

/// `hearth-trainer bars check` and `generate bars`, as programs.
struct BarsCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func run(_ arguments: String...) throws -> ProgramRun { try ProgramRun(trainer: arguments) }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `generated bars pass their check, and the same seed gives the same bytes`() throws {
        let paths = [folder.file("a.csv"), folder.file("b.csv")]
        for path in paths {
            let made = try run(
                "generate", "bars", "--output", path, "--count", "300", "--timeframe", "15m", "--seed", "3", "--json")
            try #require(made.status == 0, "\(made.errors)")
            #expect(try object(made.output)["bars"] as? Int == 300)
        }
        #expect(FileManager.default.contentsEqual(atPath: paths[0], andPath: paths[1]))
        let checked = try run("bars", "check", paths[0], "--strict", "--json")
        #expect(checked.status == 0)
        let report = try object(checked.output)
        #expect(report["bars"] as? Int == 300)
        #expect(report["skipped"] as? Int == 0)
        #expect(report["timeframe"] as? String == "15m")
        // Nothing but the files asked for is left.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    @Test func `bars can be written through a link, which stays one`() throws {
        let (target, link) = (folder.file("target.csv"), folder.file("link.csv"))
        try "old".write(toFile: target, atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        #expect(try run("generate", "bars", "--output", link, "--count", "3").status == 0)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
        #expect(try String(contentsOfFile: target, encoding: .utf8).split(separator: "\n").count == 4)
    }

    @Test func `a check tells what is wrong and where, and fails only when strict`() throws {
        let path = folder.file("bad.csv")
        try
            ("time,open,high,low,close,volume\n2024-01-01,1,2,1,1,9\n2024-01-02,1,2,1,-1,9\n"
            + "2024-01-03,1,2,1,1,9\n2024-01-03,1,2,1,1,9\n").write(toFile: path, atomically: true, encoding: .utf8)
        let checked = try run("bars", "check", path, "--timeframe", "1d")
        #expect(checked.status == 0)
        #expect(
            checked.output == """
                file       \(path)
                bars       2 of 4 lines
                timeframe  1d
                from       2024-01-01T00:00:00.000000Z
                to         2024-01-03T00:00:00.000000Z
                bad_price  1 (a price is zero or less, or beyond all reason), line 3: close -1.0 is no price
                duplicate  1 (opens when the bar before it opened), line 5: opens at \
                2024-01-03T00:00:00.000000Z once more
                gaps       1, 1 bar missing, line 4: no bars from 2024-01-02T00:00:00.000000Z to \
                2024-01-03T00:00:00.000000Z

                """)
        #expect(try run("bars", "check", path, "--timeframe", "1d", "--strict").status == 2)
    }

    @Test func `a file without bars ends with 1, a wrong option with 64`() throws {
        let missing = try run("bars", "check", folder.file("missing.csv"))
        #expect(missing.status == 1)
        #expect(missing.errors.contains("cannot be opened (No such file or directory)"))
        #expect(try run("bars", "check", folder.file("missing.csv"), "--timeframe", "soon").status == 64)
        #expect(try run("generate", "bars", "--output", folder.file("x"), "--regimes", "calm").status == 64)
        #expect(try run("generate", "bars", "--output", folder.file("x"), "--count", "0").status == 64)
        #expect(try run("generate", "bars", "--output", folder.file("no/x")).status == 1)
    }
}
