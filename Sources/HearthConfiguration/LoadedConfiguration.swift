/// A configuration and where each of its values comes from.
package struct LoadedConfiguration: Sendable {
    /// Where a value comes from.
    package enum Origin: Sendable, Equatable, CustomStringConvertible {
        case standard
        case file(path: String, line: Int)
        case environment(String)

        /// `default`, `path:line` or `$VARIABLE`.
        package var description: String {
            switch self {
            case .standard: "default"
            case .file(let path, let line): "\(path):\(line)"
            case .environment(let name): "$\(name)"
            }
        }
    }

    /// One line of `hearth config show`.
    package struct Value: Sendable, Equatable {
        /// Such as `live.deadline_percent` or `schedule[0].cron`.
        package var key: String
        /// As it would stand in a file; nil for none.
        package var text: String?
        package var origin: Origin
    }

    package var configuration: SystemConfiguration
    /// Every key, set or not, in the order of the page Configuration; jobs come last.
    package var values: [Value]
}
