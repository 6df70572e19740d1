import Testing

/// The rules, applied to the package itself. What they find is told one by one, with the mend.
@Suite struct RepositoryTests {
    @Test func `a target imports from lower layers only`() throws {
        try expectNothing(ImportDirectionRule())
    }

    @Test func `C and packages of others stay behind their walls`() throws {
        try expectNothing(WallRule())
    }

    @Test func `the manifest agrees with the layers`() throws {
        try expectNothing(ManifestRule())
    }

    @Test func `unsafe code stands only where a row allows it`() throws {
        try expectNothing(UnsafeCodeRule())
    }

    @Test func `no word crashes, prints or puts off`() throws {
        try expectNothing(ForbiddenWordsRule())
    }

    @Test func `lines and files are short`() throws {
        try expectNothing(SizeRule())
    }

    @Test func `every target has its page`() throws {
        try expectNothing(TargetPageRule())
    }

    @Test func `what a target offers is documented`() throws {
        try expectNothing(DocumentationRule())
    }

    @Test func `git holds no build output and no placeholders`() throws {
        try expectNothing(StrayFilesRule())
    }

    @Test func `scripts stop at the first error`() throws {
        try expectNothing(ScriptRule())
    }

    /// Read once for all tests.
    private static let package = Result { try SourceTree.ofThisPackage() }

    private func expectNothing(_ rule: some Rule) throws {
        for finding in rule.findings(in: try Self.package.get()) {
            Issue.record("\(finding)")
        }
    }
}
