import Testing

/// The rules about files, each shown to pass what is right and to name what is wrong.
@Suite struct FileRuleTests {
    private let page = "Sources/HearthCore/HearthCore.docc/HearthCore.md"

    @Test func `a target without a page is found`() {
        let source = ["Sources/HearthCore/A.swift": ""]
        #expect(TargetPageRule().findings(in: SourceTree(source)).map(\.path) == [page])
        let documented = source.merging([page: "# HearthCore\n"]) { $1 }
        #expect(TargetPageRule().findings(in: SourceTree(documented)).isEmpty)
        let long = source.merging([page: String(repeating: "\n", count: 61)]) { $1 }
        #expect(
            TargetPageRule().findings(in: SourceTree(long)).map(\.message) == [
                "61 lines; 60 at most. Keep the map, cut the tour"
            ])
    }

    @Test(arguments: [
        ".build/debug/a.swift", "Sources/A/.build-release/x", "clients/python/__pycache__/a.pyc", "Sources/A/a.o",
        "Sources/HearthCore/Empty.swift", "Sources/A/a.swift.orig",
    ])
    func `a file that does not belong in git is found`(path: String) {
        #expect(StrayFilesRule().findings(in: SourceTree([path: ""])).count == 1)
    }

    @Test(arguments: ["Sources/HearthCore/A.swift", "deploy/test", ".ci/run", "README.md"])
    func `a file that belongs in git passes`(path: String) {
        #expect(StrayFilesRule().findings(in: SourceTree([path: ""])).isEmpty)
    }

    @Test func `a script that runs on after an error is found`() {
        let good = "#!/usr/bin/env bash\n# Does it.\nset -euo pipefail\n"
        #expect(ScriptRule().findings(in: SourceTree(["deploy/a": good])).isEmpty)
        #expect(ScriptRule().findings(in: SourceTree(["deploy/a": "#!/usr/bin/env bash\necho\n"])).count == 1)
        #expect(ScriptRule().findings(in: SourceTree([".ci/run": "echo\n"])).count == 2)
        var tree = SourceTree(["deploy/a": good])
        tree.plainScripts = ["deploy/a"]
        #expect(ScriptRule().findings(in: tree).map(\.message) == ["cannot be executed: chmod +x it"])
    }
}
