import HearthConfiguration
import HearthCore
import Testing

struct ConfigurationErrorsTests {
    @Test func `all errors of a file are reported, in its order, then those of the environment`() {
        let text = """
            mll:
              enabled: true
            live:
              deadline_percnt: 25
              errors_in_a_row: 2.5
              stale_days: "7"
            training: 5
            """
        #expect(
            ConfigurationFixture.errors(text, ["ML_ENABLED": "maybe"]) == """
                system.yml:1:1: unknown key 'mll'; did you mean 'ml'?
                system.yml:4:3: unknown key 'deadline_percnt' in live; did you mean 'deadline_percent'?
                system.yml:5:20: live.errors_in_a_row: '2.5' found, expected a whole number from 1 to 10000
                system.yml:6:15: live.stale_days: the text "7" found, expected a number above 0 and at most 3660
                system.yml:7:11: training: '5' found, expected a mapping of keys; write its keys below it, each on a \
                line and indented by two blanks
                $ML_ENABLED: ml.enabled: 'maybe' found, expected true or false; change the variable, or unset it
                """)
    }

    @Test(arguments: [
        ("ml: [1]", "system.yml:1:5: ml: a list found, expected a mapping of keys"),
        ("ml:\n  enabled: yes", "system.yml:2:12: ml.enabled: 'yes' found, expected true or false"),
        ("ml:\n  enabled:", "system.yml:2:11: ml.enabled: nothing found, expected true or false"),
        ("ml:\n  socket: [a]", "system.yml:2:11: ml.socket: a list found, expected a path"),
        ("ml:\n  socket: {a: b}", "system.yml:2:11: ml.socket: a mapping found, expected a path"),
        ("ml:\n  fee_bps: 1", "system.yml:2:3: unknown key 'fee_bps' in ml; it belongs to strategy.fee_bps"),
        ("zzzzzzzzz: 1", "system.yml:1:1: unknown key 'zzzzzzzzz'; known here are ml, market, strategy, live"),
        ("5", "system.yml:1:1: '5' found, expected sections; such as 'live:' with its keys below"),
        ("- a", "system.yml:1:1: a list found, expected sections"),
        ("live:\n  deadline_percent: nan", "system.yml:2:21: live.deadline_percent: 'nan' found"),
        ("live:\n  deadline_percent: 0x10", "system.yml:2:21: live.deadline_percent: '0x10' found"),
        ("live:\n  deadline_percent: 1e999", "system.yml:2:21: live.deadline_percent: '1e999' found"),
        (
            "live:\n  deadline_percent: 0",
            "system.yml:2:21: live.deadline_percent: '0' found, expected a number above 0"
        ),
        ("market:\n  timeframe: 15", "system.yml:2:14: market.timeframe: '15' found, expected a number with s, m, h"),
        ("market:\n  timeframe: 0m", "system.yml:2:14: market.timeframe: '0m' found"),
        (
            "training:\n  decision: {long: 0.5, short: 0.5}",
            "system.yml:2: training.decision.short is 0.5, expected less than training.decision.long, 0.5"
        ),
        ("ml:\n  enabled: true\n  enabled: true", "system.yml:2:3: 'enabled' stands more than once in one mapping"),
        ("ml:\n\tenabled: true", "system.yml:2:1: no YAML: "),
        (
            "ml: {enabled: true",
            "system.yml:2:1: no YAML: did not find expected ',' or '}' while parsing a flow mapping that"
        ),
        ("a: 1\n---\nb: 2", "system.yml:2:1: but found another document"),
        ("ml: &a {enabled: true}", "system.yml:1:5: an anchor found; anchors and aliases are not read"),
        ("ml: *a", "system.yml:1:5: found undefined alias"),
        ("? [a]\n: b", "system.yml:1:3: a key that is a list or a mapping found"),
        ("<<: {a: b}", "system.yml:1:1: unknown key '<<'"),
    ]) func `a mistake is told with line, column, what was found and what was expected`(text: String, start: String) {
        let errors = ConfigurationFixture.errors(text)
        #expect(errors.hasPrefix(start), "\(errors)")
    }

    @Test func `anchors that stand for a billion values are refused before they are read`() {
        var text = "a: &a [x,x,x,x,x,x,x,x,x]\n"
        for (name, before) in zip("bcdefghij", "abcdefghi") {
            text += "\(name): &\(name) [" + Array(repeating: "*\(before)", count: 9).joined(separator: ",") + "]\n"
        }
        text += "? *j\n: 1\n? *j\n: 2\n"
        #expect(ConfigurationFixture.errors(text).hasPrefix("system.yml:1:4: an anchor found"))
    }

    @Test func `what nests or grows without end is refused`() {
        func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
        let cases = [
            (many("[", 200_000), "system.yml:1:513: more than 512 '[' and '{' found"),
            (many("- ", 100_000), "system.yml:1:129: the line is indented by more than 128 columns"),
            (many("? ", 100_000), "system.yml:1:129: the line is indented by more than 128 columns"),
            ("a: 1\u{85}" + many("- ", 100_000), "system.yml:1:129: the line is indented by more than 128 columns"),
            ("a: " + many("[", 17) + many("]", 17), "system.yml:1:19: more than 16 levels found"),
            (many("#", 300_000), "system.yml: 300000 bytes found, at most 262144 are read"),
        ]
        for (text, start) in cases {
            let errors = ConfigurationFixture.errors(text)
            #expect(errors.hasPrefix(start), "\(errors.prefix(200))")
        }
    }

    @Test func `blocks that nest on many lines are refused`() {
        let text = (0..<127).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
        #expect(ConfigurationFixture.errors(text).hasPrefix("system.yml:17:17: more than 16 levels found"))
    }

    @Test func `a file that is not UTF-8 is refused with its line`() {
        let bytes = Array("ml:\n  socket: ".utf8) + [0xFF, 0xFE, 0x0A]
        #expect(throws: ConfigurationErrors.self) { try SystemConfiguration.read(bytes, path: "s.yml") }
        do throws(ConfigurationErrors) {
            _ = try SystemConfiguration.read(bytes, path: "s.yml")
        } catch {
            #expect(error.description == "s.yml:2: the line is not UTF-8; save the file in the encoding UTF-8")
        }
    }

    @Test func `of many errors the first are told and the rest counted`() {
        let text = (0..<70).map { "wrong_\($0): 1" }.joined(separator: "\n")
        let lines = ConfigurationFixture.errors(text).split(separator: "\n")
        #expect(lines.count == 51)
        #expect(lines.last == "system.yml: 20 more errors; mend those above first")
    }

    @Test func `a file cut anywhere is read or refused, never a crash`() throws {
        let bytes = try ExampleFile.bytes()
        for count in stride(from: 0, through: bytes.count, by: 7) {
            _ = try? SystemConfiguration.read(Array(bytes.prefix(count)), path: "cut.yml")
        }
        var generator = SplitMix64(seed: 7)
        for _ in 0..<300 {
            var changed = bytes
            for _ in 0..<4 {
                let index = Int.random(in: 0..<changed.count, using: &generator)
                changed[index] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? SystemConfiguration.read(changed, path: "changed.yml")
        }
    }
}
