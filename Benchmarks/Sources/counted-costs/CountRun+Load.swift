import Foundation

extension CountRun {
    /// Model files of the tests, and the most instructions from each to a model that is ready to answer.
    private static let files = [
        ("iforest_auto.p4.pkl", 1_800_000.0), ("rf_clf_iris.p4.pkl", 1_750_000), ("iforest_auto.joblib", 2_100_000),
    ]

    /// Instructions of importing a model file, from the difference of two runs under callgrind.
    func loadInstructions() throws -> [Cost] {
        guard FileManager.default.isExecutableFile(atPath: Self.valgrind) else { return [] }
        let program = "\(folder)/hearth"
        try programs.run("/usr/bin/strip", ["-o", program, "\(programs.folder)/hearth"])
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../../Tests/Fixtures/corpus/sklearn-1.7.2"
        ).standardized.path
        return try Self.files.map { name, limit in
            func total(rounds: Int) throws -> Int {
                let counts = "\(folder)/load.\(rounds)"
                let command =
                    Self.callgrind(counts) + [program, "bench", "load", "--rounds", "\(rounds)", "\(fixtures)/\(name)"]
                try programs.run(command[0], Array(command.dropFirst()))
                return try Self.total(counts)
            }
            let loads = 20
            let made = try total(rounds: loads + 1) - total(rounds: 1)
            return Cost(name: "load \(name): instructions", perCall: Double(made) / Double(loads), limit: limit)
        }
    }
}
