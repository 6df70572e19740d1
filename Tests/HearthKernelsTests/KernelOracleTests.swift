import HearthKernels
import HearthModel
import Testing

/// The fast kernels against the oracle, bit for bit.
struct KernelOracleTests {
    @Test(arguments: 0..<24)
    func `random definitions of every family answer with the bits of the oracle`(seed: Int) throws {
        var random = RandomDefinitions(seed: UInt64(seed))
        var comparedCount = 0
        for _ in 0..<12 {
            let definition = random.next()
            let model = try ServableModel(definition)
            let rowCount = [1, 2, 7, 8, 9, 16, 24, 31].randomElement() ?? 1
            let rows = random.rows(for: definition, count: rowCount).map { $0 }
            let finite = definition.refusesSome(rows) ? rows.map { abs($0) > 1e30 || $0.isNaN ? 0.5 : $0 } : rows
            // A stage may make missing values of ones and zeros that an encoder has made.
            guard !definition.refusesSome(finite) else { continue }
            comparedCount += 1
            let expected = model.expected(Oracle(definition: definition), finite)
            #expect(bits(try model.predict(finite)) == bits(expected), "seed \(seed)")
            #expect(bits(try model.predict(finite, ranges: (0..<rowCount).map { $0..<$0 + 1 })) == bits(expected))
        }
        #expect(comparedCount >= 9)
    }

    @Test func `a batch of several blocks gives the same bits however it is split`() throws {
        var random = RandomDefinitions(seed: 77)
        for _ in 0..<6 {
            let definition = random.next()
            let model = try ServableModel(definition)
            let rows = random.rows(for: definition, count: 600).map { abs($0) > 1e30 || $0.isNaN ? 0.5 : $0 }
            let whole = try model.predict(rows)
            let parts = try model.predict(rows, ranges: [0..<1, 1..<258, 258..<259, 259..<512, 512..<600])
            #expect(bits(whole) == bits(parts))
            #expect(bits(whole) == bits(model.expected(Oracle(definition: definition), rows)))
        }
    }

    @Test(arguments: 0..<8)
    func `the plain walk of the benchmarks gives the same bits`(seed: Int) throws {
        var random = RandomDefinitions(seed: UInt64(1000 + seed))
        for _ in 0..<10 {
            let definition = random.next()
            let model = try ServableModel(definition)
            guard let plain = PlainWalk(model) else { continue }
            let rows = random.rows(for: definition, count: 20).map { abs($0) > 1e30 || $0.isNaN ? 0.5 : $0 }
            var outputs = [Double](repeating: 0, count: 20 * model.outputWidth)
            var scratch = [UInt64](repeating: 0, count: model.scratchByteCount / 8 + 1)
            let problem = unsafe plain.predict(
                rows: rows, rowCount: 20, range: 0..<20, outputs: &outputs, scratch: &scratch)
            #expect(problem == nil)
            #expect(bits(outputs) == bits(try model.predict(rows)))
        }
    }
}

extension ModelDefinition {
    /// Whether the door may refuse one of these values.
    func refusesSome(_ rows: [Double]) -> Bool {
        guard let model = try? ServableModel(self) else { return true }
        return (try? model.predict(rows)) == nil
    }
}
