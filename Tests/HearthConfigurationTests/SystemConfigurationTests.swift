import HearthConfiguration
import HearthCore
import Testing

struct SystemConfigurationTests {
    @Test func `an empty file gives the defaults`() throws {
        for text in ["", "# nothing\n", "---\n", "ml:\nlive:\nschedule:\n"] {
            #expect(try ConfigurationFixture.load(text).configuration == SystemConfiguration())
        }
    }

    @Test func `R155: production_model is auto or a model_id`() throws {
        let auto = try ConfigurationFixture.load("ml:\n  production_model: auto\n").configuration
        #expect(auto.ml.productionModel == .auto)
        #expect(SystemConfiguration().ml.productionModel == .auto)
        let id = "BTC-USDT_15m_gradient_boosting_20251112_120000_123_k7qd"
        let pinned = try ConfigurationFixture.load("ml:\n  production_model: \(id)\n").configuration
        #expect(pinned.ml.productionModel == .pinned(try ModelID(id)))
        #expect(
            ConfigurationFixture.errors("ml:\n  production_model: a/b\n")
                == "system.yml:2:21: ml.production_model: 'a/b' found, expected auto or a model_id; "
                + "see 'hearth models list'")
    }

    @Test func `values of every kind are read`() throws {
        let text = """
            ml: {enabled: false, models_dir: /srv/models, socket: "/tmp/h.sock"}
            market:
              symbol: BTC/USDT
              timeframe: 15m
              feed: tail:bars.csv
            strategy:
              model_type: random_forest
              fee_bps: 7.5
            live:
              deadline_percent: 10
              stale_days:
              drawdown_limit_percent: ~
              halt_file: '/run/hearth/halt'
              errors_in_a_row: 3
            training:
              label:
                kind: fixed_horizon
                dead_zone: 1e-3
              gradient_boosting:
                n_estimators: 50
                early_stopping_rounds: null
              decision: {long: 0.6, short: 0.4}
            """
        let configuration = try ConfigurationFixture.load(text).configuration
        #expect(!configuration.ml.isEnabled)
        #expect(configuration.ml.modelsDirectory == "/srv/models")
        #expect(configuration.ml.socket == "/tmp/h.sock")
        #expect(configuration.market.symbol == "BTC/USDT")
        #expect(configuration.market.timeframe == "15m")
        #expect(configuration.market.feed == "tail:bars.csv")
        #expect(configuration.strategy.modelType == "random_forest")
        #expect(configuration.strategy.feeBasisPoints == 7.5)
        #expect(configuration.live.deadlinePercent == 10)
        #expect(configuration.live.staleDays == nil)
        #expect(configuration.live.drawdownLimitPercent == nil)
        #expect(configuration.live.haltFile == "/run/hearth/halt")
        #expect(configuration.live.errorsInARow == 3)
        #expect(configuration.training.label.kind == .fixedHorizon)
        #expect(configuration.training.label.deadZone == 0.001)
        #expect(configuration.training.gradientBoosting.estimators == 50)
        #expect(configuration.training.gradientBoosting.earlyStoppingRounds == nil)
        #expect(configuration.training.decision.long == 0.6)
        #expect(configuration.training.decision.short == 0.4)
    }

    // R91, R92: ML_MODELS_DIR and ML_ENABLED.
    @Test func `the environment goes before the file, an empty variable does not`() throws {
        let text = "ml:\n  enabled: true\n  models_dir: /a\nlive:\n  deadline_percent: 10\n"
        let loaded = try ConfigurationFixture.load(
            text, ["ML_ENABLED": "false", "ML_MODELS_DIR": "/b", "HEARTH_LIVE_DEADLINE_PERCENT": ""])
        #expect(!loaded.configuration.ml.isEnabled)
        #expect(loaded.configuration.ml.modelsDirectory == "/b")
        #expect(loaded.configuration.live.deadlinePercent == 10)
    }

    @Test func `an error of a variable names the variable`() {
        #expect(
            ConfigurationFixture.errors("", ["HEARTH_LIVE_DEADLINE_PERCENT": "a lot"])
                == "$HEARTH_LIVE_DEADLINE_PERCENT: live.deadline_percent: 'a lot' found, expected a number above 0 and "
                + "at most 100; change the variable, or unset it")
    }

    @Test func `every value says where it comes from`() throws {
        let loaded = try ConfigurationFixture.load(
            "live:\n  stale_days: 7\n", ["ML_ENABLED": "false"])
        func value(_ key: String) -> String? {
            loaded.values.first { $0.key == key }.map { "\($0.text ?? "none"), \($0.origin)" }
        }
        #expect(value("ml.enabled") == "false, $ML_ENABLED")
        #expect(value("live.stale_days") == "7, system.yml:2")
        #expect(value("live.halt_file") == "none, default")
        #expect(loaded.values.count == SystemConfiguration.settings.count)
    }

    @Test(arguments: [
        ("postgresql://app:s3cr@t@db/minibar", "postgresql://app:***@db/minibar"),
        ("postgresql://app@db:5432/minibar", "postgresql://app@db:5432/minibar"),
        ("postgresql:///minibar?host=/run/postgresql", "postgresql:///minibar?host=/run/postgresql"),
        ("host=db password=s3cret", "*** (it holds a password)"),
    ]) func `a password is read and never shown`(url: String, shown: String) throws {
        let loaded = try ConfigurationFixture.load("", ["HEARTH_REGISTRY": url])
        #expect(loaded.configuration.ml.registry == url)
        #expect(loaded.values.first { $0.key == "ml.registry" }?.text == "\"\(shown)\"")
    }

    @Test func `what show prints is a value that the file may have`() throws {
        for value in try ConfigurationFixture.load("").values {
            let parts = value.key.split(separator: ".").map(String.init)
            var text = ""
            for (depth, part) in parts.enumerated() {
                text += String(repeating: "  ", count: depth) + part + ":" + (depth == parts.count - 1 ? " " : "\n")
            }
            #expect(ConfigurationFixture.errors(text + (value.text ?? "")) == "")
        }
    }

    @Test func `every variable belongs to one key, and its name follows from the key`() {
        let older = ["ml.enabled": "ML_ENABLED", "ml.models_dir": "ML_MODELS_DIR"]
        let short = ["ml.socket": "HEARTH_SOCKET", "ml.registry": "HEARTH_REGISTRY"]
        for setting in SystemConfiguration.settings {
            let name = "HEARTH_" + setting.key.uppercased().replacing(".", with: "_")
            #expect(setting.variable == older[setting.key] ?? short[setting.key] ?? name)
        }
        #expect(Set(SystemConfiguration.settings.map(\.variable)).count == SystemConfiguration.settings.count)
        #expect(Set(SystemConfiguration.settings.map(\.key)).count == SystemConfiguration.settings.count)
    }
}
