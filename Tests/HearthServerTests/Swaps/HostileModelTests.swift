import Foundation
import HearthArtifacts
import HearthClient
import HearthCore
import HearthModel
import HearthRegistry
import HearthServer
import HearthTestSupport
import Testing

/// Versions whose files are whole, digests and all, and whose content was made to do harm: whoever promotes them, the
/// model before goes on answering.
@Suite struct HostileModelTests {
    /// One lie, in one section.
    struct Lie: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var section: SectionID
        /// Changes the bytes; nil leaves the section out.
        var change: (@Sendable (inout [UInt8]) -> Void)?

        init(_ name: String, _ section: SectionID, _ change: (@Sendable (inout [UInt8]) -> Void)?) {
            (testDescription, self.section, self.change) = (name, section, change)
        }
    }

    private static func write(_ value: UInt64, _ byteCount: Int, at offset: Int, in bytes: inout [UInt8]) {
        for index in 0..<byteCount { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index))) }
    }

    static let lies = [
        Lie("no descriptor", .descriptor, nil),
        Lie("an empty descriptor", .descriptor) { $0 = [] },
        Lie("half a descriptor", .descriptor) { $0.removeLast($0.count / 2) },
        Lie("4 billion columns", .descriptor) { write(.max, 4, at: 4, in: &$0) },
        Lie("a layout to come", .descriptor) { write(1000, 4, at: 0, in: &$0) },
        Lie("no nodes", .nodes, nil),
        Lie("half the nodes", .nodes) { $0.removeLast($0.count / 2) },
        Lie("children far beyond the end", .nodes) { bytes in
            for slot in 0..<bytes.count / 8 { write(0xFFFF, 2, at: 8 * slot + 6, in: &bytes) }
        },
        Lie("nodes of random bytes", .nodes) { bytes in
            var random = SplitMix64(seed: 5)
            for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: random.next()) }
        },
        Lie("leaves that are NaN", .leaves) { bytes in
            for offset in stride(from: 0, to: bytes.count, by: 8) {
                write(Double.nan.bitPattern, 8, at: offset, in: &bytes)
            }
        },
        Lie("no leaves", .leaves) { $0 = [] },
        Lie("parameters that are infinite", .parameters) { bytes in
            for offset in stride(from: 0, to: bytes.count, by: 8) {
                write(Double.infinity.bitPattern, 8, at: offset, in: &bytes)
            }
        },
        Lie("trees that begin beyond the nodes", .trees) { write(0x7FFF_FFFF, 4, at: 0, in: &$0) },
        Lie("trees of 4 billion nodes", .trees) { write(0xFFFF_FFFF, 4, at: 4, in: &$0) },
        Lie("a tree of an output that is not there", .trees) { write(9, 4, at: 12, in: &$0) },
        Lie("golden vectors of other answers", .golden) { bytes in
            write(1.0.bitPattern, 8, at: bytes.count - 8, in: &bytes)
        },
        Lie("golden vectors of 4 billion rows", .golden) { write(.max, 4, at: 0, in: &$0) },
    ]

    private func publish(_ lie: Lie, on shelf: ModelShelf) throws -> ModelID {
        let definition = SampleModels.isolationForest(seed: 2)
        var sections = try ModelShelf.sections(of: definition)
        let index = try #require(sections.firstIndex { $0.id == lie.section })
        if let change = lie.change { change(&sections[index].bytes) } else { sections.remove(at: index) }
        return try shelf.publish(
            sections: sections, columnCount: definition.signature.columnCount, series: ServedForest.series,
            isChecked: false)
    }

    @Test func `a promotion of a hostile model is refused, and the model before answers every call`() throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let caller = try Caller(socketPath: server.socketPath, scores: [forest.modelID.text: forest.score])
        let client = server.client()
        for lie in Self.lies {
            let hostileID = try publish(lie, on: forest.shelf)
            let error = #expect(throws: HearthError.self, "\(lie.testDescription)") {
                try client.promote(model: ServedForest.model, version: hostileID.text)
            }
            #expect(error?.code == .dataLoss, "\(lie.testDescription): \(error as Any)")
            #expect(error?.message.contains("expected") == true || error?.message.contains("found") == true)
            let pointer = try forest.shelf.store.productionPointer(of: ModelName(ServedForest.model))
            #expect(pointer?.modelID == forest.modelID)
        }
        let outcome = caller.stop()
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        #expect(outcome.callCount > 0)
    }

    @Test func `a promotion made elsewhere of a hostile model leaves the model before in its place`() async throws {
        let forest = try ServedForest()
        let server = try forest.server()
        let caller = try Caller(socketPath: server.socketPath, scores: [forest.modelID.text: forest.score])
        let client = server.client()
        var events = client.watch().makeAsyncIterator()
        #expect(try await events.next()?.kind == "available")
        for lie in Self.lies {
            let hostileID = try publish(lie, on: forest.shelf)
            try forest.shelf.promote(hostileID, series: ServedForest.series)
            let failed = try await events.next()
            #expect(failed?.kind == "failed" && failed?.modelVersion == hostileID.text, "\(lie.testDescription)")
            let reply = try await client.predict(model: ServedForest.model, rows: ServedForest.row)
            #expect(reply.modelVersion == forest.modelID.text)
            #expect(reply.outputs[0].values == [forest.score])
        }
        let outcome = caller.stop()
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
    }

    // MARK: Files of other libraries

    /// A file that a registry row names, and its bytes.
    static let files: [(name: String, bytes: [UInt8])] = [
        ("gadget.pkl", Array("\u{80}\u{4}cos\nsystem\n(X\u{2}\0\0\0idtR.".unicodeScalars.map { UInt8($0.value) })),
        ("cut.pkl", [0x80, 4, 0x95, 0xFF, 0, 0, 0, 0, 0, 0, 0]),
        ("cycle.pkl", [0x80, 4, 0x5D, 0x94, 0x68, 0, 0x61, 0x2E]),
        ("deep.pkl", [0x80, 4] + [UInt8](repeating: 0x5D, count: 100_000) + [UInt8](repeating: 0x61, count: 99_999)),
        ("length.pkl", [0x80, 4, 0x8E] + [UInt8](repeating: 0xFF, count: 8)),
        ("lists.pkl", [0x80, 4] + [UInt8](repeating: 0x5D, count: 9_000_000)),
        ("bomb.joblib", GzipSamples.gzip([UInt8](repeating: 0, count: 8 << 20))),
        ("dictionary.joblib", [0x5D, 0, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0xFF, count: 9)),
        ("deep.json", Array(("{\"learner\":" + String(repeating: "[", count: 100_000)).utf8)),
        ("length.ubj", Array("{U\u{1}a[$d#L".utf8) + [0x40, 0, 0, 0, 0, 0, 0, 0]),
        ("leaves.txt", Array("tree\nversion=v4\nmax_feature_idx=1\nTree=0\nnum_leaves=999999999\n".utf8)),
        ("nothing.pkl", []),
    ]

    @Test func `files of other libraries that do harm, named by promotions, leave the model before in its place`()
        async throws
    {
        let forest = try ServedForest()
        let server = try forest.server()
        let caller = try Caller(socketPath: server.socketPath, scores: [forest.modelID.text: forest.score])
        let client = server.client()
        for (index, file) in Self.files.enumerated() {
            let path = "\(forest.shelf.directory.path)/\(file.name)"
            #expect(FileManager.default.createFile(atPath: path, contents: Data(file.bytes)))
            let id = try ModelID("hostile_20251112_120000_\(100 + index)_k7qd")
            _ = try forest.shelf.store.register(
                ModelVersion(
                    modelID: id, name: ModelName(ServedForest.model),
                    key: ModelKey(modelType: "isolation_forest", metricType: ServedForest.series), status: .success,
                    path: file.name, trainingDate: .now(), createdAt: .now()), actor: "test")
            let error = await #expect(throws: HearthError.self, "\(file.name)") {
                try await client.promote(model: ServedForest.model, version: id.text)
            }
            #expect(
                [.failedPrecondition, .dataLoss, .resourceExhausted].contains(error?.code),
                "\(file.name): \(error as Any)")
            let reply = try await client.predict(model: ServedForest.model, rows: ServedForest.row)
            #expect(reply.modelVersion == forest.modelID.text)
            #expect(reply.outputs[0].values == [forest.score])
            #expect(FileManager.default.fileExists(atPath: path))
        }
        let outcome = caller.stop()
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
    }
}
