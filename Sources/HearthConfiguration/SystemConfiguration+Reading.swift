extension SystemConfiguration {
    /// Reads the file at `path`, lets the environment override it, and checks the whole.
    ///
    /// - Parameters:
    ///   - path: nil reads no file: defaults and the environment.
    ///   - environment: the value of a variable; nil for one that is not set. An empty value counts as not set.
    ///
    /// Throws ``ConfigurationErrors`` with everything that is wrong.
    package static func load(
        path: String?, environment: (String) -> String?
    ) throws(ConfigurationErrors) -> LoadedConfiguration {
        guard let path else { return try read([], path: "", environment: environment) }
        let bytes: [UInt8]
        do throws(ConfigurationError) {
            bytes = try ConfigurationFile.bytes(at: path)
        } catch {
            throw ConfigurationErrors([error])
        }
        return try read(bytes, path: path, environment: environment)
    }

    /// Reads `bytes` as the file that errors call `path`, otherwise as ``load(path:environment:)``.
    package static func read(
        _ bytes: [UInt8], path: String, environment: (String) -> String? = { _ in nil }
    ) throws(ConfigurationErrors) -> LoadedConfiguration {
        let root: ConfigurationNode?
        do throws(ConfigurationError) {
            root = try ConfigurationText.root(of: bytes, path: path)
        } catch {
            throw ConfigurationErrors([error])
        }
        var reading = ConfigurationReading(path: path)
        reading.readFile(root)
        reading.readEnvironment(environment)
        reading.readSchedule()
        return try reading.result()
    }
}
