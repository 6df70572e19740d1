import HearthArtifacts
import HearthKernels
import HearthModel
import Testing

/// A file that somebody made to do harm, and the answer that it must get.
struct Attack: Sendable, CustomTestStringConvertible {
    /// The row of the table of attacks, in a few words, and what this file does.
    var row: String
    var name: String
    var code: ArtifactError.Code
    /// What the message must tell.
    var says: String
    var bytes: @Sendable () -> [UInt8]

    init(
        _ row: String, _ name: String, _ code: ArtifactError.Code, says: String,
        _ bytes: @escaping @Sendable () -> [UInt8]
    ) {
        (self.row, self.name, self.code, self.says, self.bytes) = (row, name, code, says, bytes)
    }

    var testDescription: String { "\(row): \(name)" }

    static let all = names + lengths + graphs + shapes + treeLies + ensembles + compressed + boosters

    /// What a server does with a file: read, convert, pack, take the packed model.
    @discardableResult
    static func model(
        _ bytes: [UInt8], limits: PickleLimits = PickleLimits()
    ) throws(ArtifactError) -> ServableModel {
        let definition: ModelDefinition
        if BoosterFormat.sniff(bytes) != nil {
            definition = try BoosterConverter.model(bytes, path: "attack").definition
        } else {
            let document = try PickleFile.read(bytes: bytes, path: "attack", limits: limits)
            definition = try SklearnConverter.model(document).definition
        }
        do throws(ModelError) {
            return try ServableModel(PackedModel.pack(definition))
        } catch {
            Issue.record("what was converted is served: \(error)")
            throw ArtifactError(.corrupt, path: "", error.message, hint: "")
        }
    }
}

@Suite struct AttackTests {
    @Test(arguments: Attack.all)
    func `R67: an attack is refused at its place, with what was found and the mend`(attack: Attack) throws {
        let bytes = attack.bytes()
        let error = try #require(throws: ArtifactError.self) { try Attack.model(bytes) }
        #expect(error.code == attack.code, "\(error)")
        #expect(error.message.contains(attack.says), "\(error)")
        #expect(error.path == "attack" && !error.hint.isEmpty)
        // A file of any size gives a message that a person can read.
        #expect(error.description.utf8.count < 1000, "\(error)")
        // The place: where in the file, or which part of the model.
        #expect(error.byteOffset != nil || error.message.contains("tree"), "\(error)")
    }

    /// What the attacks are made from is sound: an attack is refused for what it does, not for how it was written.
    @Test func `the parts that attacks are made of are models`() throws {
        let sound = [
            pickle(TreeParts().regressor()), pickle(forest([TreeParts().regressor(), TreeParts().regressor()])),
            pickle(isolationForest()), pickle(isolationForest(lengths: 2)), pickle(boosting()),
            pickle(pipeline([TreeParts().regressor()])), XGBoostParts().json, XGBoostParts().ubjson,
            Array(LightGBMParts().text.utf8), ZeroBomb.stored(pickle(TreeParts().regressor())),
        ]
        for (index, bytes) in sound.enumerated() {
            let model = try Attack.model(bytes)
            #expect(try model.outputs(of: [0.25, 0.75]).allSatisfy(\.isFinite), "part \(index)")
        }
    }
}
