package import HearthClient

extension HearthClient.Configuration {
    /// For tests that mean the answer and not how soon it comes: a busy machine, or its disk, may stall for half a
    /// minute.
    package static func patient(_ socketPath: String) -> HearthClient.Configuration {
        var configuration = HearthClient.Configuration(socketPath: socketPath)
        configuration.timeout = .seconds(120)
        return configuration
    }
}
