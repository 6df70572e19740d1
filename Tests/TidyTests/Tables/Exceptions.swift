/// The files that a rule of size or shape leaves alone, each with its reason. Short is better; empty is best.
enum Exceptions {
    /// Files of more than ``SizeRule/lineCountMax`` lines.
    static let longFiles: [(path: String, reason: String)] = []

    /// Compiler flags that the manifest may have all the same, exactly as they stand there.
    static let compilerFlags: [(text: String, reason: String)] = [
        (
            ".unsafeFlags([\"-enforce-exclusivity=unchecked\"], .when(configuration: .release))",
            "a fifth of a call's instructions; debug builds, which are tested, keep the checks; no product has them"
        )
    ]

    /// Targets without a documentation page.
    static let withoutPage: [(target: String, reason: String)] = []

    /// Tests that may sleep.
    static let sleepingTests: [(path: String, reason: String)] = [
        ("Tests/HearthClientTests/ReconnectTests.swift", "a server that starts while the client waits for it")
    ]

    /// Files outside the programs that may write to standard output.
    static let printing: [(path: String, reason: String)] = []
}
