package import HearthArtifacts
import HearthMarket

extension Classifier {
    /// Reads what ``parameters`` wrote out of a version's parameters, which may hold more: to learn once more as that
    /// version did.
    ///
    /// Throws ``TrainingError`` when they are of no classifier, or lack one or have it out of range.
    package init(parameters members: [String: JSONValue]) throws(TrainingError) {
        let reader = Reader(members: members)
        if members["learning_rate"] != nil {
            self = .gradientBoosting(
                BoostingParameters(
                    rounds: try reader.whole("n_estimators"), learningRate: try reader.number("learning_rate"),
                    maxDepth: try reader.whole("max_depth"), minChildWeight: try reader.number("min_child_weight"),
                    rowShare: try reader.number("subsample"), columnShare: try reader.number("colsample_bytree"),
                    lambda: try reader.number("reg_lambda"), gamma: try reader.number("gamma"),
                    treeMethod: try reader.word("tree_method"),
                    earlyStoppingRounds: members["early_stopping_rounds"] == .null
                        ? nil : try reader.whole("early_stopping_rounds"),
                    classWeight: try reader.word("class_weight"), seed: try reader.seed("random_state"),
                    threadCount: try reader.whole("nthread")))
        } else if members["colsample_bynode"] != nil {
            self = .randomForest(
                ForestParameters(
                    treeCount: try reader.whole("n_estimators"), maxDepth: try reader.whole("max_depth"),
                    minChildWeight: try reader.number("min_child_weight"), rowShare: try reader.number("subsample"),
                    columnShare: try reader.number("colsample_bynode"), lambda: try reader.number("reg_lambda"),
                    treeMethod: try reader.word("tree_method"), classWeight: try reader.word("class_weight"),
                    seed: try reader.seed("random_state"), threadCount: try reader.whole("nthread")))
        } else {
            self = .logisticRegression(
                LogisticParameters(
                    strength: try reader.number("C"), maxIterations: try reader.whole("max_iter"),
                    tolerance: try reader.number("tol"), classWeight: try reader.word("class_weight")))
        }
        try check()
    }

    private struct Reader {
        let members: [String: JSONValue]

        func number(_ key: String) throws(TrainingError) -> Double {
            guard let number = members[key]?.double else { throw unusable(key) }
            return number
        }

        func whole(_ key: String) throws(TrainingError) -> Int {
            guard case .integer(let number)? = members[key] else { throw unusable(key) }
            return Int(clamping: number)
        }

        func seed(_ key: String) throws(TrainingError) -> UInt64 {
            guard case .integer(let number)? = members[key], number >= 0 else { throw unusable(key) }
            return UInt64(number)
        }

        func word<Word: RawRepresentable<String>>(_ key: String) throws(TrainingError) -> Word {
            guard case .string(let text)? = members[key], let word = Word(rawValue: text) else { throw unusable(key) }
            return word
        }

        private func unusable(_ key: String) -> TrainingError {
            TrainingError(
                .badParameter, "the version's parameters have no usable '\(key)'",
                hint: "only gradient boosting, random forests and logistic regression that hearth-trainer learned from "
                    + "bars can be learned once more")
        }
    }
}
