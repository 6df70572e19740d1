import HearthArtifacts
import HearthKernels
import HearthModel
import Testing

/// Files that read well and whose estimators contradict themselves: an error at the place, never a model and never a
/// trap.
@Suite struct SklearnDamageTests {
    /// One change of a file, and what the error must say.
    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var file: String
        /// Bytes before which, or at an offset from which, the change is made.
        var anchor: [UInt8]
        var offset: Int
        var replacement: [UInt8]
        var message: String
        /// Bytes that the replacement takes the place of; 0 to insert.
        var replacedCount: Int

        init(
            _ name: String, _ file: String, at anchor: [UInt8], offset: Int, _ replacement: [UInt8], says: String,
            replacing count: Int? = nil
        ) {
            testDescription = name
            self.file = "sklearn-1.7.2/\(file)"
            self.anchor = anchor
            self.offset = offset
            self.replacement = replacement
            message = says
            replacedCount = count ?? replacement.count
        }
    }

    private static let tree = "dt_clf.p4.pkl"
    /// A leaf as the library writes it: children -1, feature -2, threshold -2.0.
    private static let leaf = [UInt8](repeating: 0xFF, count: 16) + word(-2) + word(Int64(bitPattern: 0xC0 << 56))

    private static func word(_ value: Int64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * Int64($0))) }
    }

    /// The first leaf is the left child of the root, 64 bytes before it, in this file.
    private static func root(
        _ name: String, offset: Int, _ value: [UInt8], says: String
    ) -> Damage {
        Damage(name, tree, at: leaf, offset: offset - 64, value, says: says)
    }

    static let damages = [
        root("a child beyond the nodes", offset: 8, word(200), says: "child 200 of node 0"),
        root("a child that is the node", offset: 0, word(0), says: "child 0 of node 0"),
        root("a negative child", offset: 0, word(-7), says: "child -7 of node 0"),
        root("half a leaf", offset: 0, word(-1), says: "child -1 of node 0"),
        root("two parents", offset: 8, word(1), says: "two parents"),
        root("a column beyond the others", offset: 16, word(9), says: "column 9 of node 0"),
        root("a negative column", offset: 16, word(-2), says: "column -2 of node 0"),
        root("a threshold that is NaN", offset: 24, word(0x7FF8 << 48), says: "threshold NaN of node 0"),
        Damage(
            "a node_count that is not true", tree, at: Array("node_count".utf8), offset: 12, [99],
            says: "'node_count'"),
        Damage(
            "a forest with the columns of another", "rf_clf_iris.p4.pkl", at: Array("n_features_in_".utf8),
            offset: 16, [5], says: "5 expected"),
        Damage(
            "fewer classes than labels", "rf_clf_iris.p4.pkl", at: Array("n_classes_".utf8), offset: 12, [2],
            says: "'n_classes_'"),
        Damage(
            "more targets than lists of labels", "rf_clf_iris.p4.pkl", at: Array("n_outputs_".utf8), offset: 12, [2],
            says: "2 targets found"),
        Damage(
            "more lists of columns than trees", "iforest_auto.p4.pkl", at: Array("estimators_features_".utf8),
            offset: 24, [0x4E], says: "lists of columns", replacing: 0),
        Damage(
            "more path lengths than trees", "iforest_auto.p4.pkl", at: Array("_decision_path_lengths".utf8),
            offset: 24, [0x4E], says: "lists of path lengths", replacing: 0),
        Damage(
            "a version to come", tree, at: Array("_sklearn_version".utf8), offset: 19, Array("2".utf8),
            says: "scikit-learn '2.7.2'"),
        Damage(
            "a version that is too old", tree, at: Array("_sklearn_version".utf8), offset: 19, Array("0".utf8),
            says: "scikit-learn '0.7.2'"),
    ]

    @Test(arguments: damages) func `a file that contradicts itself is refused at its place`(damage: Damage) throws {
        var bytes = try Corpus.bytes(damage.file)
        let anchor = try #require(bytes.firstRange(of: damage.anchor)).lowerBound + damage.offset
        bytes.replaceSubrange(anchor..<anchor + damage.replacedCount, with: damage.replacement)
        let error = #expect(throws: ArtifactError.self) { try convert(bytes) }
        #expect(error?.message.contains(damage.message) ?? false, "\(error as Any)")
        #expect(error?.byteOffset != nil && error?.hint.isEmpty == false)
    }

    @Test(arguments: [
        "dt_clf.p4.pkl", "linreg.p4.pkl", "logreg_iris.p4.pkl", "pipe_scaler_logreg.p4.pkl", "sgd_clf_log.p4.pkl",
        "ridge.p4.pkl", "ocsvm_rbf.p4.pkl",
    ])
    func `a file with any bit turned is a model or refused`(file: String) throws {
        var bytes = try Corpus.bytes("sklearn-1.7.2/\(file)")
        var refused = 0
        for index in bytes.indices {
            let bit: UInt8 = 1 << UInt8(index % 8)
            bytes[index] ^= bit
            do {
                // What is converted can be packed and served.
                _ = try ServableModel(PackedModel.pack(convert(bytes).definition))
            } catch is ArtifactError {
                refused += 1
            }
            bytes[index] ^= bit
        }
        #expect(refused > bytes.count / 4)
    }

    @Test func `a large tree file with some bits turned is a model or refused`() throws {
        for file in ["hgb_clf.p4.pkl", "gb_clf_bin.p4.pkl", "iforest_auto.p4.pkl", "lof_novelty.p4.pkl"] {
            var bytes = try Corpus.bytes("sklearn-1.7.2/\(file)")
            for index in stride(from: 3, to: bytes.count, by: 61) {
                bytes[index] ^= 0x81
                do {
                    _ = try ServableModel(PackedModel.pack(convert(bytes).definition))
                } catch is ArtifactError {}
                bytes[index] ^= 0x81
            }
        }
    }

    @Test func `two fitted objects beside each other are refused by name`() throws {
        let object = Array("csklearn.linear_model._ridge\nRidge\n)".utf8) + [0x81]
        let error = #expect(throws: ArtifactError.self) {
            try convert([0x80, 4, 0x28] + object + object + Array("t.".utf8))
        }
        #expect(error?.message.contains("2 fitted objects found: [0] (Ridge), [1] (Ridge)") ?? false)
    }

    @Test func `plain values without an estimator are refused`() throws {
        let error = #expect(throws: ArtifactError.self) { try convert([0x80, 4] + Array("}.".utf8)) }
        #expect(error?.message.contains("without a fitted estimator") ?? false)
    }

    @Test func `a pipeline that contains itself is refused`() throws {
        func text(_ value: String) -> [UInt8] { [0x58, UInt8(value.utf8.count), 0, 0, 0] + Array(value.utf8) }
        let open: [UInt8] =
            [0x80, 4] + Array("csklearn.pipeline\nPipeline\n)".utf8) + [0x81, 0x71, 0] + Array("}(".utf8)
        let steps = text("steps") + Array("]".utf8) + text("a") + [0x68, 0, 0x86, 0x61]
        let version = text("_sklearn_version") + text("1.7.2") + Array("ub.".utf8)
        let error = #expect(throws: ArtifactError.self) { try convert(open + steps + version) }
        #expect(error?.message.contains("a value that contains itself") ?? false, "\(error as Any)")
    }

    private func convert(_ bytes: [UInt8]) throws -> ImportedModel {
        try SklearnConverter.model(PickleFile.read(bytes: bytes, path: "model.pkl"))
    }
}
