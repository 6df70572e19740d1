import HearthModel
import Testing

/// Models of models: what contradicts itself is refused, as a definition and as bytes.
struct CompositeTests {
    /// `mend` changes the first stage's members.
    private func error(_ change: (inout Estimates) -> Void) -> String? {
        var definition = Definitions.nested
        guard case .estimates(var estimates) = definition.stages[0] else { return "no estimates" }
        change(&estimates)
        definition.stages[0] = .estimates(estimates)
        do throws(ModelError) {
            try definition.validate()
            return nil
        } catch {
            return "\(error.place): \(error.message)"
        }
    }

    @Test func `members and answers that do not fit are refused`() {
        #expect(error { _ in } == nil)
        #expect(error { $0.members = [] } == "stage 0: 0 members found, 1 to 10000 expected")
        #expect(
            error { $0.members[0].columns = [0, 3] }
                == "stage 0, member 0: a column that is not there found, 0 to 2 expected")
        #expect(
            error { $0.members[0].columns = nil }
                == "stage 0, member 0: a model of 2 columns found, 3 expected")
        #expect(
            error { $0.members[1].answers[0].first = 2 }
                == "stage 0, member 1: 1 values from 2 on of an output of 2 found")
        #expect(
            error { $0.members[1].answers[0].source = .decision }
                == "stage 0, member 1: 1 values from 0 on of an output of 0 found")
        #expect(
            error { $0.members[1].answers[0].places = [2] }
                == "stage 0, member 1: 1 places for 1 values in 2 columns found")
        #expect(
            error { $0.members[0].answers[0].classValues = [1] }
                == "stage 0, member 0: 1 values for 2 classes found, one each expected")
    }

    @Test func `models nest to a bounded depth`() {
        var definition = Definitions.nested
        definition.signature.columnCount = 3
        for _ in 0..<ModelLimits.nestingDepth + 1 {
            var outer = Definitions.nested
            outer.stages = [
                .estimates(
                    Estimates(
                        members: [.init(definition, answers: [.init(.predict), .init(.probabilities, count: 2)])],
                        passesRow: true))
            ]
            definition = outer
        }
        let error = #expect(throws: ModelError.self) { try definition.validate() }
        #expect(error?.message == "more than 6 levels of models within models found")
        #expect(error?.code == .unsupported)
    }

    @Test func `rules that do not fit their numbers are refused`() {
        let task = Task.classification(classes: .integers([0, 1]))
        let rules: [Combination.Rule] = [
            .votes(weights: [1]), .mean(Combination.Mean(memberCount: 2, width: 2, weights: [1], divisor: 1)),
            .calibration(
                Combination.Calibration(.perClass, valueCount: 1, folds: [[.isotonic(x: [1, 1], y: [0, 1])]])),
            .oneVersusRest(
                Combination.OneVersusRest(
                    memberCount: 2, hasDecision: true, hasProbabilities: false, threshold: 0, prefersLast: false,
                    keepsZeroRows: true)), .weightedMedian(weights: [1, 1]),
            .boostedStart(Combination.BoostedStart(.logit, epsilon: 0, outputCount: 1, treeCount: 7)),
            .adaptiveBoost(Combination.AdaptiveBoost(.discrete(hits: [1, 1], misses: [1]), weightSum: 1)),
        ]
        for rule in rules {
            let definition = ModelDefinition(
                signature: InputSignature(columnCount: 2), estimator: .combination(Combination(rule, task: task)))
            #expect(throws: ModelError.self, "\(rule)") { try definition.validate() }
        }
    }

    @Test func `no changed byte of a packed model of models crashes`() throws {
        let sections = try PackedModel.pack(Definitions.nested)
        for index in sections.indices where sections[index].id != .leaves {
            for offset in sections[index].bytes.indices {
                for flip in [0x01, 0x40, 0x80, 0xFF] as [UInt8] {
                    var changed = sections
                    changed[index].bytes[offset] ^= flip
                    // Refused or another sound model: reading it walks everything that kernels rely on.
                    _ = PlacedSections(changed).error()
                }
            }
        }
    }

    @Test func `the section of members has no room for anything else`() throws {
        let sections = try PackedModel.pack(Definitions.nested)
        let index = try #require(sections.firstIndex { $0.id.description == "CHLD" })
        func error(_ offset: Int, _ byte: UInt8) -> String? {
            var changed = sections
            changed[index].bytes[offset] = byte
            return PlacedSections(changed).error()?.message
        }
        #expect(error(0, 3) == "3 models found, at most 2 expected")
        #expect(error(0, 1) == "1 models found, 2 expected from the descriptor")
        #expect(error(4, 9) == "9 sections found, at most 8 expected")
        #expect(error(12, 1) == "a filler that is not 0 found")
        #expect(error(22, 1)?.hasPrefix("a section of") == true)
    }
}
