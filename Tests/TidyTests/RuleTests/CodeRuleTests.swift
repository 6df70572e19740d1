import Testing

/// The rules about what stands in the code, each shown to pass what is right and to name what is wrong.
@Suite struct CodeRuleTests {
    private let plain = "Sources/HearthRegistry/A.swift"

    private func messages(_ rule: some Rule, _ path: String, _ text: String) -> [String] {
        rule.findings(in: SourceTree([path: text])).map(\.description)
    }

    @Test(arguments: ["unsafe f()", "let x = unsafe pointer[0]", "// why\nnonisolated(unsafe) var x = 1"])
    func `unsafe code outside a wall is found`(text: String) {
        let found = messages(UnsafeCodeRule(), plain, text)
        #expect(found.count == 1)
        #expect(found.allSatisfy { $0.contains("unsafe code outside a wall or a kernel") })
    }

    @Test(arguments: [
        ("Sources/HearthKernels/A.swift", "unsafe f()"),
        ("Sources/HearthCore/System/A.swift", "unsafe f()"),
        ("Sources/HearthRegistry/A.swift", "// unsafe\nlet a = \"unsafe\"\nlet unsafeCount = 0"),
        ("Tests/HearthRegistryTests/A.swift", "unsafe f()"),
    ])
    func `unsafe code inside a wall passes`(path: String, text: String) {
        #expect(messages(UnsafeCodeRule(), path, text) == [])
    }

    @Test func `a promise to the compiler needs its reason`() {
        let bare = "final class A: @unchecked Sendable {"
        #expect(messages(UnsafeCodeRule(), plain, bare).count == 1)
        #expect(messages(UnsafeCodeRule(), plain, "// Guarded by the mutex.\n" + bare) == [])
        #expect(messages(UnsafeCodeRule(), plain, "// Guarded by the mutex.\n@frozen\n" + bare) == [])
        let pair = "nonisolated(unsafe) let a: A\nnonisolated(unsafe) let b: B"
        let wall = "Sources/HearthKernels/A.swift"
        #expect(messages(UnsafeCodeRule(), wall, pair).count == 2)
        #expect(messages(UnsafeCodeRule(), wall, "// Written once.\n" + pair) == [])
        #expect(messages(UnsafeCodeRule(), wall, "// Written once.\nlet c = 1\n" + pair).count == 2)
    }

    @Test func `a row that allows what nobody does is found`() {
        let found = messages(UnsafeCodeRule(), "Sources/HearthKernels/A.swift", "let a = 1")
        #expect(
            found.contains { $0.contains("the row of Sources/HearthKernels/ allows unsafe code where there is none") })
    }

    @Test(arguments: [
        "let a = try! f()", "let a = b as! C", "fatalError()", "fatalError(\"x\")", "print(a)", "// TODO: more",
        "/* FIXME */ let a = 1", "f(\"\\(try! g())\")",
    ])
    func `a forbidden word is found`(text: String) {
        #expect(messages(ForbiddenWordsRule(), plain, text).count == 1)
    }

    @Test(arguments: [
        ("Sources/HearthRegistry/A.swift", "let a = \"try! TODO print(\" // try! is not allowed"),
        ("Sources/HearthRegistry/A.swift", "let TODO = 1; try? f(); a as? B; reprint(a)"),
        ("Sources/hearth/A.swift", "print(a)"),
        ("Tests/HearthCoreTests/A.swift", "print(a)"),
    ])
    func `other words pass`(path: String, text: String) {
        #expect(messages(ForbiddenWordsRule(), path, text) == [])
    }

    @Test(arguments: ["try await Task.sleep(for: .seconds(1))", "usleep(1000)", "Thread.sleep(forTimeInterval: 1)"])
    func `a test that sleeps is found`(text: String) {
        #expect(messages(ForbiddenWordsRule(), "Tests/HearthCoreTests/A.swift", text).count == 1)
        #expect(messages(ForbiddenWordsRule(), plain, text) == [])
    }

    @Test func `long lines and long files are found`() {
        let line = String(repeating: "a", count: SizeRule.columnCountMax)
        #expect(messages(SizeRule(), plain, line) == [])
        #expect(messages(SizeRule(), plain, line + "a") == ["\(plain):1: 121 columns; 120 at most. Break the line"])
        let file = String(repeating: "\n", count: SizeRule.lineCountMax)
        #expect(messages(SizeRule(), plain, file) == [])
        #expect(messages(SizeRule(), plain, file + "\n").count == 1)
        let manifest = SourceTree([:], manifest: line + "a")
        #expect(SizeRule().findings(in: manifest).count == 1)
    }

    @Test(arguments: [
        "package func f() {}", "public struct A {}", "/// Far.\n\npackage enum B {}",
        "// Not for readers.\npackage func f() {}",
        "package init(a: Int) throws(E) {\n    self.a = a\n}", "package init(a: Int) {\n    start(a)\n}",
        "package init?(a: Int) {\n    self.a = nil\n}",
    ])
    func `an offered declaration without a comment is found`(text: String) {
        #expect(messages(DocumentationRule(), plain, text).count == 1)
    }

    @Test(arguments: [
        "/// Does it.\npackage func f() {}", "/// Does it.\n@inlinable\npublic func f() {}", "func f() {}",
        "private struct A {}", "package let name: String", "package static func == (a: A, b: A) -> Bool {",
        "package init(a: Int) { self.a = a }", "package init() {}",
        "package init(\n    a: @escaping () -> Int = { 1 }\n) {\n    self.a = a\n    unsafe self.b = nil\n}",
        "package init(from decoder: any Decoder) throws {\n    f()\n}",
        "package init(\n    a: Int\n) {\n    self.a = a\n}\nlet b = 1",
    ])
    func `documented and self-evident declarations pass`(text: String) {
        #expect(messages(DocumentationRule(), plain, text) == [])
    }

    @Test func `what a protocol asks for is explained at the protocol`() {
        let text = """
            /// Keeps.
            package protocol Store {
                /// Reads.
                func read() -> Int
            }

            extension Disk: Store {
                package func read() -> Int { 1 }
                package func reset() {}
            }
            """
        #expect(messages(DocumentationRule(), plain, text).map { $0.contains("`func reset`") } == [true])
    }
}
