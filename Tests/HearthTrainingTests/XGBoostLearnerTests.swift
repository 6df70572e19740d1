import HearthArtifacts
import HearthMarket
import HearthModel
import HearthTraining
import Synchronization
import Testing

@Suite struct XGBoostLearnerTests {
    static let learners: [Classifier] = [
        .gradientBoosting(BoostingParameters(rounds: 60, earlyStoppingRounds: nil)),
        .gradientBoosting(BoostingParameters(rounds: 25, maxDepth: 7, treeMethod: .exact, earlyStoppingRounds: nil)),
        .randomForest(ForestParameters(treeCount: 50, maxDepth: 8)),
        .randomForest(ForestParameters(treeCount: 7, maxDepth: 12, treeMethod: .exact, classWeight: .balanced)),
    ]

    @Test(arguments: learners)
    func `what is served answers with libxgboost's own bits, missing values included`(learner: Classifier) throws {
        let training = LearnerFixture.rows(3000, missingEvery: 11)
        let fitted = try LearnerFixture.fit(learner, training)
        let file = try #require(fitted.original)
        #expect(file.name == "model.ubj")
        let booster = try XGBoostBooster.read(savedUBJ: file.bytes)
        // Rows that it has learned from, rows that it has not, and rows with more gaps.
        for rows in [
            training.rows, LearnerFixture.rows(5000, seed: 8).rows,
            LearnerFixture.rows(5000, seed: 9, missingEvery: 3).rows,
        ] {
            let expected = try booster.predictions(of: XGBoostMatrix.make(rows))
            let found = try LearnerFixture.probabilities(fitted.definition, rows)
            #expect(found.count == rows.rowCount)
            #expect(Set(found).count > 50, "the model tells rows apart")
            #expect(zip(found, expected).allSatisfy { $0.bitPattern == Double($1).bitPattern })
        }
    }

    /// Parameters and tables drawn from a seed: any depth, penalties and shares; rows with gaps, constant and doubled
    /// columns, zeros of both signs, values that 32 bits do not tell apart, tiny and huge ones.
    @Test(arguments: 1...24)
    func `the bits are libxgboost's own for any parameters and odd values`(seed: UInt64) throws {
        var random = Xoshiro256(seed: seed, stream: 5)
        let odd = [0, -0.0, 1e-45, -1e-30, 1e30, -3e38, 16_777_217, 0.1, .nan]
        func table(_ count: Int) -> LabelledRows {
            var values: [Double] = []
            var labels: [Bool] = []
            for row in 0..<count {
                let base = 2 * random.unit() - 1
                values += [
                    base, base, 5, random.below(4) == 0 ? odd[random.below(odd.count)] : base * base,
                    Double(random.below(3)), random.below(5) == 0 ? .nan : random.unit(),
                ]
                labels.append(row < 2 ? row == 0 : base + random.unit() > 0.5)
            }
            return LabelledRows(rows: RowMatrix(values: values, columnCount: 6), labels: labels)
        }
        let (depth, method) = (1 + random.below(12), BoostingParameters.TreeMethod.allCases[random.below(2)])
        let learner: Classifier =
            seed.isMultiple(of: 2)
            ? .gradientBoosting(
                BoostingParameters(
                    rounds: 1 + random.below(60), learningRate: 0.01 + 0.99 * random.unit(), maxDepth: depth,
                    minChildWeight: 3 * random.unit(), rowShare: 0.3 + 0.7 * random.unit(),
                    columnShare: 0.3 + 0.7 * random.unit(), lambda: 2 * random.unit(), gamma: random.unit() / 2,
                    treeMethod: method, earlyStoppingRounds: nil,
                    classWeight: ClassWeight.allCases[random.below(2)], seed: seed))
            : .randomForest(
                ForestParameters(
                    treeCount: 1 + random.below(60), maxDepth: depth, minChildWeight: random.unit(),
                    rowShare: 0.3 + 0.6 * random.unit(), columnShare: 0.3 + 0.7 * random.unit(),
                    lambda: random.unit(), treeMethod: method, seed: seed))
        let training = table(300 + random.below(500))
        let names = (0..<6).map { "column \($0), \"quoted\" é" }
        let fitted = try ClassifierFitter(learner).fit(training, columnNames: names)
        let file = try #require(fitted.original)
        // Rows that it has not seen, and more gaps; throws at the first bit that differs.
        try XGBoostConversion(file.bytes).check(fitted.definition, on: [training.rows, table(2000).rows])
    }

    @Test func `a served model that answers otherwise than its file is refused`() throws {
        let rows = LearnerFixture.rows(500)
        let (one, other) = (
            try LearnerFixture.fit(Self.learners[0], rows),
            try LearnerFixture.fit(Self.learners[0], LearnerFixture.rows(500, seed: 70))
        )
        let conversion = XGBoostConversion(try #require(one.original).bytes)
        try conversion.check(one.definition, on: [rows.rows])
        let error = #expect(throws: TrainingError.self) { try conversion.check(other.definition, on: [rows.rows]) }
        #expect(error?.code == .verificationFailed)
        #expect(error?.message.hasPrefix("row 0: the served model answers ") == true)
        // A sum that begins a millionth away is enough.
        var nearly = one.definition
        guard case .treeEnsemble(var forest) = nearly.estimator else {
            Issue.record("no trees")
            return
        }
        forest.baseValues[0] += 1e-6
        nearly.estimator = .treeEnsemble(forest)
        #expect(throws: TrainingError.self) { try conversion.check(nearly, on: [rows.rows]) }
        #expect(throws: TrainingError.self) { try conversion.definition(columnNames: ["a", "b", "c", "d"]) }
    }

    @Test(arguments: learners)
    func `the kept file is the model: Hearth's reader makes the same definition of it again`(
        learner: Classifier
    ) throws {
        let fitted = try LearnerFixture.fit(learner, LearnerFixture.rows(800))
        let file = try #require(fitted.original)
        let read = try BoosterConverter.model(xgboost: file.bytes, path: "model.ubj")
        #expect(read.definition == fitted.definition)
        #expect(read.facts.version == XGBoostBooster.libraryVersion)
        #expect(read.facts.featureNames == LearnerFixture.columnNames)
        #expect(read.facts.objective == "binary:logistic")
    }

    @Test(arguments: learners)
    func `the same rows and seed give the same bytes, whatever was grown before`(learner: Classifier) throws {
        let training = LearnerFixture.rows(900)
        let first = try LearnerFixture.fit(learner, training)
        _ = try LearnerFixture.fit(Self.learners[0], LearnerFixture.rows(500, seed: 3))
        let second = try LearnerFixture.fit(learner, training)
        #expect(first.original == second.original)
        #expect(first.importances == second.importances)
    }

    @Test func `another seed gives another model`() throws {
        let training = LearnerFixture.rows(900)
        let files = try [1, 2].map { seed in
            try LearnerFixture.fit(.randomForest(ForestParameters(treeCount: 10, seed: seed)), training).original?.bytes
        }
        #expect(files[0] != files[1])
    }

    @Test func `early stopping keeps the best round: the file holds no tree after it`() throws {
        let training = LearnerFixture.rows(600)
        let validation = LearnerFixture.rows(600, seed: 20)
        let learner = Classifier.gradientBoosting(
            BoostingParameters(rounds: 500, learningRate: 0.3, maxDepth: 6, earlyStoppingRounds: 10))
        let fitted = try LearnerFixture.fit(learner, training, validation: validation)
        guard case .integer(let best)? = fitted.facts["best_iteration"],
            case .number(let loss)? = fitted.facts["validation_log_loss"]
        else {
            Issue.record("no best iteration")
            return
        }
        let file = try #require(fitted.original)
        let facts = try BoosterConverter.model(xgboost: file.bytes, path: "model.ubj").facts
        #expect(facts.treeCount == Int(best) + 1 && facts.treeCount < 490)
        let found = try Self.logLoss(fitted, validation)
        #expect((found - loss).magnitude < 1e-12)
        // Neither one round fewer nor more of the same rounds is better.
        for rounds in [Int(best), Int(best) + 2, Int(best) + 10] {
            let other = try LearnerFixture.fit(
                .gradientBoosting(
                    BoostingParameters(rounds: rounds, learningRate: 0.3, maxDepth: 6, earlyStoppingRounds: nil)),
                training)
            #expect(try Self.logLoss(other, validation) >= loss)
        }
    }

    private static func logLoss(_ fitted: FittedClassifier, _ data: LabelledRows) throws -> Double {
        try ClassificationMeasures(
            labels: data.labels, probabilities: try LearnerFixture.probabilities(fitted.definition, data.rows)
        ).logLoss
    }

    @Test func `the loss of early stopping counts a row by its weight`() {
        let weighted = WeightedLogLoss.mean([0.9, 0.3], [true, false], weights: [3, 1])
        let repeated = WeightedLogLoss.mean([0.9, 0.9, 0.9, 0.3], [true, true, true, false], weights: [1, 1, 1, 1])
        #expect((weighted - repeated).magnitude < 1e-15)
        let certain = WeightedLogLoss.mean([0, 1], [true, true], weights: [1, 1])
        #expect(certain > 17 && certain < 19, "a certain error is a great loss, not an infinite one")
    }

    @Test func `the gain is where the signal is, and the importances add up to 1`() throws {
        for learner in Self.learners {
            let importances = try LearnerFixture.fit(learner, LearnerFixture.rows(3000)).importances
            #expect(importances.count == 4)
            #expect((importances.reduce(0, +) - 1).magnitude < 1e-12)
            #expect(min(importances[0], importances[1]) > 2 * max(importances[2], importances[3]))
        }
    }

    @Test func `balanced classes find more of the rare one`() throws {
        let training = LearnerFixture.rows(2000, upShare: 0.1)
        let test = LearnerFixture.rows(2000, seed: 31, upShare: 0.1)
        let recalls = try ClassWeight.allCases.map { weight in
            let fitted = try LearnerFixture.fit(
                .gradientBoosting(BoostingParameters(rounds: 40, earlyStoppingRounds: nil, classWeight: weight)),
                training)
            return try #require(
                ClassificationMeasures(
                    labels: test.labels,
                    probabilities: try LearnerFixture.probabilities(fitted.definition, test.rows)
                ).classes[1].recall)
        }
        #expect(recalls[1] > recalls[0] + 0.1)
    }

    @Test func `a stop between rounds ends the growing; progress is told before every round`() throws {
        let stop = StopFlag()
        let rounds = Mutex<[Int]>([])
        let control = TrainingControl(stop: stop) { progress in
            rounds.withLock { $0.append(progress.done) }
            if progress.done == 5 { stop.stop() }
        }
        let error = #expect(throws: TrainingError.self) {
            try LearnerFixture.fit(Self.learners[0], LearnerFixture.rows(300), control: control)
        }
        #expect(error?.code == .stopped)
        #expect(error?.message == "stopped while fitting; nothing was published")
        #expect(rounds.withLock { $0 } == [0, 1, 2, 3, 4, 5])
    }

    @Test func `early stopping without rows to look at is refused`() throws {
        let error = #expect(throws: TrainingError.self) {
            try LearnerFixture.fit(.gradientBoosting(BoostingParameters()), LearnerFixture.rows(300))
        }
        #expect(error?.message == "early stopping needs validation rows, there are none")
    }

    @Test func `rows of one class carry no classifier`() throws {
        let rows = LabelledRows(
            rows: RowMatrix(values: [1, 2, 3, 4, 5, 6, 7, 8], columnCount: 4), labels: [true, true])
        for learner in Self.learners + [.logisticRegression(LogisticParameters())] {
            let error = #expect(throws: TrainingError.self) { try LearnerFixture.fit(learner, rows) }
            #expect(
                error?.message
                    == "of the 2 training rows 2 are labelled up, expected some of both classes")
        }
    }

    @Test func `a value beyond 32 bits is refused by its place`() throws {
        var rows = LearnerFixture.rows(300)
        rows.rows[17, 2] = 1e39
        let error = #expect(throws: TrainingError.self) { try LearnerFixture.fit(Self.learners[0], rows) }
        #expect(error?.message == "the value 1e+39 in row 17, column 2 is too large for a 32-bit float")
    }

    @Test func `what libxgboost refuses is said in its own words`() throws {
        let matrix = try XGBoostMatrix.make(RowMatrix(values: [1, 2, 3, 4], columnCount: 2), labels: [0, 1])
        let refused = #expect(throws: TrainingError.self) {
            var booster = try XGBoostBooster.make(
                for: matrix, parameters: [("objective", "binary:nonsense")], columnNames: ["a", "b"])
            try booster.grow(round: 0, from: matrix)
        }
        #expect(refused?.code == .learnerFailed)
        #expect(refused?.message.contains("binary:nonsense") == true)
        let garbled = #expect(throws: TrainingError.self) {
            _ = try XGBoostBooster.read(savedUBJ: Array("{L no model".utf8))
        }
        #expect(garbled?.message.hasPrefix("libxgboost could not read the model: ") == true)
    }

    @Test(arguments: [
        (BoostingParameters(rounds: 0), "n_estimators is 0, expected 1 to 10000"),
        (BoostingParameters(learningRate: 0), "learning_rate is 0.0, expected more than 0 and at most 1"),
        (BoostingParameters(learningRate: .nan), "learning_rate is nan, expected more than 0 and at most 1"),
        (BoostingParameters(maxDepth: 21), "max_depth is 21, expected 1 to 20"),
        (BoostingParameters(minChildWeight: -1), "min_child_weight is -1.0, expected a number from 0 on"),
        (BoostingParameters(rowShare: 1.1), "subsample is 1.1, expected more than 0 and at most 1"),
        (BoostingParameters(columnShare: 0), "colsample_bytree is 0.0, expected more than 0 and at most 1"),
        (BoostingParameters(lambda: .infinity), "reg_lambda is inf, expected a number from 0 on"),
        (BoostingParameters(gamma: 1e300), "gamma is 1e+300, expected a number from 0 on"),
        (BoostingParameters(earlyStoppingRounds: 0), "early_stopping_rounds is 0, expected 1 to 10000"),
        (BoostingParameters(seed: 1 << 40), "the seed is 1099511627776, expected 0 to 2147483647"),
        (BoostingParameters(threadCount: 0), "nthread is 0, expected 1 to 256"),
    ])
    func `a parameter outside its range is refused by name`(parameters: BoostingParameters, message: String) throws {
        let error = #expect(throws: TrainingError.self) { try parameters.check() }
        #expect(error?.code == .badParameter)
        #expect(error?.message == message)
    }

    @Test func `a forest of equal trees is refused`() throws {
        let error = #expect(throws: TrainingError.self) {
            try ForestParameters(treeCount: 10, rowShare: 1, columnShare: 1).check()
        }
        #expect(
            error?.description
                == "subsample and colsample_bynode are both 1, so all 10 trees would be equal; "
                + "make one of them less than 1"
        )
    }
}
