import HearthConfiguration

/// Reads a text as `system.yml`, with an environment.
enum ConfigurationFixture {
    static func load(_ text: String, _ environment: [String: String] = [:]) throws(ConfigurationErrors)
        -> LoadedConfiguration
    {
        try SystemConfiguration.read(Array(text.utf8), path: "system.yml", environment: { environment[$0] })
    }

    /// The errors of a text, one per line; "" when there are none.
    static func errors(_ text: String, _ environment: [String: String] = [:]) -> String {
        do throws(ConfigurationErrors) {
            _ = try load(text, environment)
            return ""
        } catch {
            return error.description
        }
    }
}
