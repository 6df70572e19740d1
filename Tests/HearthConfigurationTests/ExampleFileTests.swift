import HearthConfiguration
import Testing

struct ExampleFileTests {
    @Test func `the example in the repository is valid`() throws {
        let loaded = try SystemConfiguration.load(path: ExampleFile.path, environment: { _ in nil })
        #expect(loaded.configuration.schedule.map(\.name) == ["btc-weekly", "btc-forest"])
        #expect(loaded.configuration.schedule.map(\.everyWeeks) == [1, 2])
        #expect(loaded.configuration.schedule.map(\.symbol) == ["BTC/USDT", "BTC/USDT"])
    }

    @Test func `the example states the defaults where it says nothing of its own`() throws {
        let own = [
            "ml.models_dir", "market.symbol", "market.timeframe", "market.feed", "live.halt_file", "live.signal_log",
            "live.snapshot",
        ]
        let example = try SystemConfiguration.load(path: ExampleFile.path, environment: { _ in nil }).values
        let standard = try SystemConfiguration.load(path: nil, environment: { _ in nil }).values
        for (left, right) in zip(example, standard) where !own.contains(left.key) {
            #expect(left.key == right.key)
            #expect(left.text == right.text, "\(left.key)")
        }
    }

    @Test func `a file that is not there, and a folder, are told`() {
        func message(_ path: String) -> String {
            do throws(ConfigurationErrors) {
                _ = try SystemConfiguration.load(path: path, environment: { _ in nil })
                return ""
            } catch {
                return error.description
            }
        }
        #expect(
            message("/no/such/system.yml")
                == "/no/such/system.yml: cannot be read: No such file or directory; give the path of a readable file "
                + "such as config/system.yml")
        #expect(message("/").hasPrefix("/: cannot be read: Is a directory;"))
    }
}
