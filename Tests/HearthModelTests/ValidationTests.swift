import HearthModel
import Testing

struct ValidationTests {
    private func error(_ change: (inout TreeEnsemble) -> Void) -> String? {
        var ensemble = Definitions.ensemble()
        change(&ensemble)
        return error(Definitions.model(ensemble))
    }

    private func error(_ definition: ModelDefinition) -> String? {
        do throws(ModelError) {
            try definition.validate()
            return nil
        } catch {
            return "\(error.place): \(error.message)"
        }
    }

    @Test func `sound definitions of every kind pass`() {
        for definition in Definitions.all { #expect(error(definition) == nil) }
    }

    @Test func `a child that is not after its parent is refused by tree and node`() {
        #expect(
            error { $0.trees[1].nodes[2] = .split(column: 0, threshold: 0, left: 2, right: 4, missingGoesLeft: true) }
                == "tree 1 node 2: child 2 found, 3 to 4 expected")
        #expect(
            error { $0.trees[1].nodes[2] = .split(column: 0, threshold: 0, left: 3, right: 5, missingGoesLeft: true) }
                == "tree 1 node 2: child 5 found, 3 to 4 expected")
        #expect(
            error { $0.trees[0].nodes[0] = .split(column: 0, threshold: 0, left: -1, right: 2, missingGoesLeft: true) }
                == "tree 0 node 0: child -1 found, 1 to 4 expected")
    }

    @Test func `a node with two parents or none is refused`() {
        #expect(
            error { $0.trees[0].nodes[2] = .split(column: 0, threshold: 0, left: 4, right: 4, missingGoesLeft: true) }
                == "tree 0 node 4: two parents found, one expected")
        #expect(
            error { $0.trees[0].nodes = TreeNodes(Array($0.trees[0].nodes) + [.leaf(0)]) }
                == "tree 0 node 5: no parent before it found, one expected")
    }

    @Test func `columns, thresholds and leaf rows out of range are refused`() {
        #expect(
            error { $0.trees[0].nodes[0] = .split(column: 3, threshold: 0, left: 1, right: 2, missingGoesLeft: true) }
                == "tree 0 node 0: column 3 found, 0 to 2 expected")
        #expect(
            error {
                $0.trees[0].nodes[0] = .split(column: 0, threshold: .nan, left: 1, right: 2, missingGoesLeft: true)
            }
                == "tree 0 node 0: threshold NaN found, a number expected")
        #expect(error { $0.trees[0].nodes[1] = .leaf(3) } == "tree 0 node 1: leaf row 3 found, 0 to 2 expected")
        #expect(
            error { $0.trees[0].columns = [0, 1, 3] } == "tree 0: a feature beyond the 3 columns of the ensemble found")
        #expect(error { $0.trees[0].columns = [0, 1] } == "tree 0 node 2: column 2 found, 0 to 1 expected")
    }

    @Test func `values that are not finite are refused`() {
        #expect(error { $0.trees[2].leafValues[1] = .nan } == "tree 2: a leaf value that is not finite found")
        #expect(error { $0.trees[2].leafValues[1] = .infinity } == "tree 2: a leaf value that is not finite found")
        #expect(error { $0.baseValues = [.nan] } == "tree ensemble: a base value that is not finite found")
        #expect(
            error { ($0.accumulator, $0.link, $0.trees[0].leafValues[0]) = (.float32, .identity, 1e39) }
                == "tree 0: a leaf value that is not finite found")
        #expect(
            error { $0.task = .anomaly(offset: .nan) } == "tree ensemble: offset nan found, a finite number expected")
    }

    @Test func `shapes that contradict each other are refused`() {
        #expect(error { $0.trees = [] } == "tree ensemble: 0 trees found, 1 to 1000000 expected")
        #expect(
            error { $0.columnCount = 2 } == "tree ensemble: 2 columns found, the 3 that reach the estimator expected")
        #expect(error { $0.trees[0].output = 1 } == "tree 0: output 1 found, 0 to 0 expected")
        #expect(error { $0.trees[0].width = 2 } == "tree 0: leaf width 2 found, 1 or the 1 outputs expected")
        #expect(error { $0.trees[0].nodes = [] } == "tree 0: 0 nodes found, at least one expected")
        #expect(
            error { ($0.link, $0.task) = (.sigmoid, .classification(classes: .integers([1, 2, 3]))) }
                == "tree ensemble: 3 classes for 1 outputs found, one each (or 2 for 1) expected")
        #expect(
            error { ($0.link, $0.task) = (.softmaxPairwise, .regression) }
                == "tree ensemble: a softmax over 1 outputs and 0 classes found, a classifier expected")
        #expect(error { $0.task = .regression } == "tree ensemble: the isolation link on a regression found")
        #expect(
            error {
                $0.trees[0].nodes[0] = .category(column: 0, set: 0, left: 1, right: 2, missingGoesLeft: true)
            } == "tree 0 node 0: category set 0 found, 0 to -1 expected")
    }

    @Test func `stages that do not fit are refused`() {
        func staged(_ stage: Stage) -> String? { error(Definitions.model(Definitions.ensemble(), stages: [stage])) }
        #expect(
            staged(.impute(Imputer(statistics: [1]))) == "stage 0: 1 statistics for 3 columns found, one each expected")
        #expect(
            staged(.impute(Imputer(statistics: [1, 2, .nan])))
                == "tree ensemble: 3 columns found, the 2 that reach the estimator expected")
        #expect(
            staged(.impute(Imputer(statistics: [1, 2, 3], indicatorColumns: [3])))
                == "stage 0: an indicator of a column that is not there found, 0 to 2 expected")
        #expect(
            staged(.scale(Scaler(.subtractThenDivide(offset: nil, scale: [1, 0, 1]))))
                == "stage 0: a scale of 0 found, another number expected (scikit-learn stores 1 for a constant column)")
        #expect(
            staged(.scale(Scaler(.multiplyThenAdd(scale: [1, 1, 1], offset: [1, 1], clip: nil))))
                == "stage 0: 2 offsets for 3 columns found, one each expected")
    }

    @Test func `a signature must have columns, fitting names and a window that divides them`() {
        var definition = Definitions.zScore
        definition.signature.window = 3
        #expect(error(definition) == "signature: window 3 found, a divisor of the 4 columns expected")
        definition.signature = InputSignature(columnCount: 0)
        #expect(error(definition) == "signature: 0 columns found, 1 to 65536 expected")
        definition.signature = InputSignature(columnCount: 4, columnNames: ["a"])
        #expect(error(definition) == "signature: 1 names for 4 columns found, one each expected")
    }

    @Test func `a message names the place, what was found and the mend`() {
        let error = ModelError(.malformedSection, at: "section NODE", "3 bytes found", hint: "publish the model again")
        #expect(error.description == "section NODE: 3 bytes found; publish the model again")
    }
}
