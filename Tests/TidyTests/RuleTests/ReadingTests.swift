import Testing

@Suite struct ReadingTests {
    @Test func `imports are read with attributes, levels and kinds`() {
        let file = SourceFile(
            path: "Sources/HearthCore/A.swift",
            text: """
                import A
                package import B
                @preconcurrency public import C
                import struct D.Thing
                // import E
                let import_ = "import F"
                """)
        #expect(ImportStatement.all(in: file).map(\.module) == ["A", "B", "C", "D"])
        #expect(ImportStatement.all(in: file).map(\.line) == [1, 2, 3, 4])
    }

    @Test func `a word is not found inside a longer one`() {
        #expect(SourceFile.holds("print(a)", "print("))
        #expect(SourceFile.holds("x = (print(a))", "print("))
        #expect(!SourceFile.holds("reprint(a)", "print("))
        #expect(!SourceFile.holds("out.print(a)", "print("))
        #expect(!SourceFile.holds("unsafeFlags", "unsafe"))
        #expect(!SourceFile.holds("an_unsafe", "unsafe"))
        #expect(SourceFile.holds("notunsafe unsafe", "unsafe"))
    }

    @Test func `targets and dependencies are read from the manifest`() {
        let manifest = Manifest(
            text: """
                func layer(_ name: String) -> Target { .target(name: name, dependencies: ["no"]) }
                let package = Package(
                    products: [.library(name: "A", targets: ["A"])],
                    targets: [
                        // layer("Z", [])
                        layer("A", ["B", logging]),
                        .target(
                            name: "B", dependencies: [], // "C"
                            path: "x"),
                    ])
                """)
        #expect(
            manifest.targets == [
                Manifest.Target(name: "A", dependencies: ["B"], line: 6),
                Manifest.Target(name: "B", dependencies: ["x"], line: 7),
            ])
    }

    @Test(arguments: [
        ("package struct A: B {", "struct", "A", true),
        ("    public static func f<T>(_ x: T)", "func", "f", true),
        ("    package init(a: Int) {", "init", "", true),
        ("    @inline(__always) package func g()", "func", "g", true),
        ("package final class C {", "class", "C", true),
        ("    package class func make()", "func", "make", true),
        ("    public static func < (a: A, b: A) -> Bool", "func", "<", true),
        ("    package private(set) var x = 1", "var", "x", true),
        ("    func inner()", "func", "inner", false),
    ])
    func `declarations are recognised`(line: String, keyword: String, name: String, isOffered: Bool) throws {
        let declaration = try #require(Declaration(line: line))
        #expect(declaration.keyword == keyword)
        #expect(declaration.name == name)
        #expect(declaration.isOffered == isOffered)
    }

    @Test(arguments: ["import A", "package extension A {", "let_ = 1", "f(init: 1)", "return x", ""])
    func `other lines are no declarations`(line: String) {
        #expect(Declaration(line: line) == nil)
    }

    @Test func `this package is found and read`() throws {
        let tree = try SourceTree.ofThisPackage()
        #expect(tree.files.contains { $0.path == "Tests/TidyTests/RuleTests/ReadingTests.swift" })
        #expect(tree.texts["deploy/test"] != nil)
        #expect(tree.targetFolders.contains("HearthCore"))
    }
}
