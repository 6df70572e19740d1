import ArgumentParser
import Glibc
import HearthStrategy

struct LivePublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Sends a file of bars over a Unix socket: a feed to try an engine with.",
        discussion: """
            Listens, sends the whole file to each connection and closes it.

            EXAMPLE
              hearth live publish eurusd.csv --to /tmp/bars.sock --pieces 7 &
              hearth live --symbol EUR/USD --timeframe 1h --feed socket:/tmp/bars.sock --connections 1 --clock replay
            """)

    @Argument(help: "The file.")
    var file: String

    @Option(help: "The socket to listen on.")
    var to: String

    @Option(help: "Send pieces of random sizes, from this seed, instead of all at once.")
    var pieces: UInt64?

    @Option(help: "Connections to serve.")
    var connections = 1

    func validate() throws {
        guard connections > 0, pieces ?? 1 > 0 else {
            throw ValidationError("--connections and --pieces must be above 0.")
        }
    }

    func run() throws {
        let publisher = try BarPublisher(file: file, path: to, seed: pieces)
        publisher.run(connectionCount: connections)
        publisher.stop()
    }
}
