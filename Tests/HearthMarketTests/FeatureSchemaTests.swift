import HearthArtifacts
import HearthMarket
import Testing

struct FeatureSchemaTests {
    private let schema = FeaturePreset.basic.schema

    @Test func `the hash is the same for equal schemas and does not know the preset's name`() throws {
        var other = FeaturePreset.basic.schema
        other.preset = "something else"
        #expect(try other.hash() == schema.hash())
        #expect(try schema.hash().count == 64)
        #expect(try FeatureSchema(json: schema.json).hash() == schema.hash())
        #expect(try Set(FeaturePreset.allCases.map { try $0.schema.hash() }).count == FeaturePreset.allCases.count)
    }

    @Test(
        arguments: [
            { $0.definitions[0].name = "other" }, { $0.definitions.swapAt(0, 1) }, { $0.definitions[0].kind = "rsi" },
            { $0.definitions[0].parameters["lag"] = 2 }, { $0.definitions[0].parameters["more"] = 2 },
            { $0.libraryVersion = "2" }, { $0.definitions.removeLast() },
        ] as [@Sendable (inout FeatureSchema) -> Void])
    func `names, order, kinds, parameters and the library's version each change the hash`(
        change: @Sendable (inout FeatureSchema) -> Void
    ) throws {
        var other = schema
        change(&other)
        #expect(try other.hash() != schema.hash())
    }

    @Test func `a schema of another library version, without columns or with one twice is refused`() throws {
        var old = schema
        old.libraryVersion = "0"
        let error = #expect(throws: MarketError.self) { try FeaturePipeline(old) }
        #expect(error?.message == "the features are of library version '0', this program computes '1'")
        #expect(throws: MarketError.self) { try FeaturePipeline(FeatureSchema(preset: "", definitions: [])) }
        var twice = schema
        twice.definitions.append(twice.definitions[0])
        #expect(throws: MarketError.self) { try FeaturePipeline(twice) }
    }

    @Test func `a schema that looks at millions of values per bar is refused`() throws {
        let definitions = (0..<300).map { index in
            FeatureDefinition(name: "v\(index)", kind: "volume_z", parameters: ["window": 10_000])
        }
        let error = #expect(throws: MarketError.self) {
            try FeaturePipeline(FeatureSchema(preset: "", definitions: definitions))
        }
        #expect(error?.message.contains("3000000 values per bar") == true)
    }

    @Test func `presets have names, and an unknown one is told which there are`() throws {
        #expect(try FeaturePreset(named: "basic").schema == schema)
        let error = #expect(throws: MarketError.self) { try FeaturePreset(named: "advanced") }
        #expect(error?.hint == "expected one of basic, daily, returns")
    }

    @Test func `a matrix has a row for every bar after the warm-up`() throws {
        let bars = try MarketFixtures.bars(200)
        let matrix = try FeatureMatrix(schema, bars: bars)
        #expect(matrix.firstBarIndex == 112)
        #expect(matrix.rowCount == 88)
        #expect(matrix.row(ofBar: 111) == nil)
        #expect(matrix.row(ofBar: 200) == nil)
        #expect(matrix.row(ofBar: 199).map { Array($0) } == Array(matrix.values.suffix(matrix.columnCount)))
        #expect(try FeatureMatrix(schema, bars: Array(bars.prefix(10))).rowCount == 0)
    }
}
