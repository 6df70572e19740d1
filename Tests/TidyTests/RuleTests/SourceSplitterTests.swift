import Testing

@Suite struct SourceSplitterTests {
    @Test(arguments: [
        ("let a = 1 // unsafe", "let a = 1          "),
        ("let a = \"unsafe\" + b", "let a = \"      \" + b"),
        ("let a = \"\\\"unsafe\"; b", "let a = \"        \"; b"),
        ("f(\"a \\(try! g(\"x\")) b\")", "f(\"    try! g(\" \"))  \")"),
        ("let a = #\"un\"safe\"# + b", "let a = #\"       \"# + b"),
        ("a /* un /* sa */ fe */ b", "a                      b"),
        ("let a = \"\"\"\n  \"unsafe\"\n  \"\"\"\nb", "let a = \"\"\"\n          \n  \"\"\"\nb"),
    ])
    func `comments and the contents of strings are blanked`(text: String, code: String) {
        #expect(SourceSplitter.split(text).code == code)
    }

    @Test func `comments are kept in the other half`() {
        #expect(SourceSplitter.split("a() // why\n\"// no\"").comments == "    // why\n       ")
    }

    @Test func `a string that is never closed ends with its line`() {
        #expect(SourceSplitter.split("let a = \"x\nunsafe f()").code == "let a = \" \nunsafe f()")
    }

    @Test(arguments: ["/*", "\"", "\"\"\"", "\"\\(", "#\"", "\\", "\"\\"])
    func `text that breaks off is read to its end`(text: String) {
        #expect(SourceSplitter.split(text).code.utf8.count == text.utf8.count)
    }
}
