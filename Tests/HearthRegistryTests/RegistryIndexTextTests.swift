import HearthCore
import HearthRegistry
import Testing

/// The text of `registry_index.csv`.
@Suite struct RegistryIndexTextTests {
    private func entry(_ id: String, path: String = "", sharpe: String = "") -> ModelRegistryEntry {
        ModelRegistryEntry(
            modelID: id, symbol: "BTC/USDT", timeframe: "15m", modelType: "rf", createdAt: "2025-11-12T12:00:00",
            path: path, sharpe: sharpe, status: "success")
    }

    private func text(_ entries: [ModelRegistryEntry]) -> String {
        String(decoding: RegistryIndexText.encode(entries), as: UTF8.self)
    }

    @Test func `R134, C35: exactly the columns of the specification, blank where nobody measured`() {
        #expect(
            text([entry("a", path: "a", sharpe: "1.5")])
                == "model_id,symbol,timeframe,model_type,created_at,path,cum_return,sharpe,status\n"
                + "a,BTC/USDT,15m,rf,2025-11-12T12:00:00,a,,1.5,success\n")
    }

    @Test func `R135: a version's row has its figures, and one without files has none`() throws {
        let time = Timestamp(microseconds: 1_762_948_800_123_456)
        var version = ModelVersion(
            modelID: try ModelID("a"), name: try ModelName("n"),
            key: ModelKey(modelType: "rf", symbol: "BTC", timeframe: "1h"), status: .success, path: "a",
            metricsJSON: #"{"held": {"sharpe": 9}, "note": "sharpe", "sharpe" : -1.25e-3, "cum_return":0.5}"#,
            trainingDate: time, createdAt: time)
        let row = try #require(ModelRegistryEntry(version))
        #expect(
            row.cells == ["a", "BTC", "1h", "rf", "2025-11-12T12:00:00.123456Z", "a", "0.5", "-1.25e-3", "success"])
        version.path = nil
        #expect(ModelRegistryEntry(version) == nil)
        version.status = .failed
        #expect(ModelRegistryEntry(version)?.path.isEmpty == true)
    }

    @Test(arguments: [
        #"{"sharpe": null}"#, #"{"sharpe": "1.5"}"#, #"{"a": ["sharpe", 1]}"#, #"{"sharpe": 1e999}"#, "{", #"{"sharpe"#,
        #"{"sharpe":"#, #"{"a\"sharpe": 3}"#, "", "[1, 2]",
    ])
    func `a figure that is no number leaves its column blank`(metrics: String) throws {
        let time = Timestamp(microseconds: 0)
        let version = ModelVersion(
            modelID: try ModelID("a"), name: try ModelName("n"), key: ModelKey(modelType: "rf"), status: .success,
            path: "a", metricsJSON: metrics, trainingDate: time, createdAt: time)
        #expect(ModelRegistryEntry(version)?.sharpe.isEmpty == true)
    }

    @Test func `cells are quoted as RFC 4180 says, and read back`() throws {
        let entries = [
            entry("a", path: "x,y"), entry("b", path: "say \"so\""), entry("c", path: "two\nlines"),
            entry("d", path: "\r"), entry("e", path: "plain"),
        ]
        let bytes = RegistryIndexText.encode(entries)
        #expect(String(decoding: bytes, as: UTF8.self).contains(",\"say \"\"so\"\"\","))
        let rows = try RegistryIndexText.decode(bytes)
        #expect(rows.map(\.entry) == entries)
        #expect(rows.map(\.line) == [2, 3, 4, 6, 7])
    }

    @Test func `what pandas and Excel write is read: CRLF, a mark of the order of bytes, an index column`() throws {
        let text =
            "\u{FEFF},model_id,status,symbol,timeframe,model_type,created_at,path\r\n"
            + "0,a,success,BTC,1h,rf,2025-11-12,p\r\n\r\n1,b,failed,BTC\r\n"
        let rows = try RegistryIndexText.decode(Array(text.utf8))
        #expect(rows.count == 2)
        #expect(
            rows[0].entry
                == ModelRegistryEntry(
                    modelID: "a", symbol: "BTC", timeframe: "1h", modelType: "rf", createdAt: "2025-11-12", path: "p",
                    status: "success"))
        #expect(rows[1].entry == nil)
        #expect(rows[1].cells == ["1", "b", "failed", "BTC"])
        #expect(rows[1].line == 4)
    }

    @Test(arguments: ["", "model_id,symbol\n", "{}"])
    func `a file without the heading is refused, with the columns`(text: String) {
        let error = #expect(throws: RegistryError.self) { try RegistryIndexText.decode(Array(text.utf8)) }
        #expect(error?.code == .refused)
        #expect(error?.hint.hasPrefix("the columns are model_id,symbol,") == true)
    }
}
