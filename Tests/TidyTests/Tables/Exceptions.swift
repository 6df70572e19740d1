/// The files that a rule of size or shape leaves alone, each with its reason. Short is better; empty is best.
enum Exceptions {
    /// Files of more than ``SizeRule/lineCountMax`` lines.
    static let longFiles: [(path: String, reason: String)] = []

    /// Targets without a documentation page.
    static let withoutPage: [(target: String, reason: String)] = []

    /// Tests that may sleep.
    static let sleepingTests: [(path: String, reason: String)] = []

    /// Files outside the programs that may write to standard output.
    static let printing: [(path: String, reason: String)] = []
}
