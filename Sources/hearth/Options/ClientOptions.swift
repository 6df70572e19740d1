import ArgumentParser
import Glibc
import HearthClient

/// Where the server is and how its answers are printed: part of every command.
struct ClientOptions: ParsableArguments {
    @Option(help: "The server's socket (default: $HEARTH_SOCKET, else \(HearthClient.defaultSocketPath)).")
    var socket: String?

    @Option(help: "Seconds that a call may take.")
    var timeout = 5.0

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else {
            throw ValidationError("--timeout is \(timeout), expected seconds above 0 and at most 86400.")
        }
    }

    var socketPath: String {
        if let socket { return socket }
        if let path = unsafe getenv("HEARTH_SOCKET") { return unsafe String(cString: path) }
        return HearthClient.defaultSocketPath
    }

    /// A client that fails at once when no server is there.
    func client(waiting: WaitPolicy = .block) -> HearthClient {
        var configuration = HearthClient.Configuration(socketPath: socketPath)
        configuration.timeout = .milliseconds(Int64(timeout * 1000))
        configuration.waitsForServer = false
        configuration.waiting = waiting
        return HearthClient(configuration)
    }
}

extension WaitPolicy {
    /// Reads the value of an option. Throws `ValidationError`.
    @Sendable static func argument(_ text: String) throws -> WaitPolicy {
        guard let policy = WaitPolicy(text) else {
            throw ValidationError("'\(text)' is no waiting policy; expected block, adaptive or spin:<microseconds>.")
        }
        return policy
    }
}
