package import HearthClient

extension HearthClient.Configuration {
    /// For tests that mean the answer and not how soon it comes: a busy machine may stall for seconds.
    package static func patient(_ socketPath: String) -> HearthClient.Configuration {
        var configuration = HearthClient.Configuration(socketPath: socketPath)
        configuration.timeout = .seconds(30)
        return configuration
    }
}
