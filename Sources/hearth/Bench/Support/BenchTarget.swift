import ArgumentParser
import HearthClient

/// The model under load: part of every benchmark.
struct BenchTarget: ParsableArguments {
    @OptionGroup var options: ClientOptions

    @Option(help: "The registered model.")
    var model: String

    @Option(
        help: "How the client waits for its answer: block, spin:<us> or adaptive.",
        transform: WaitPolicy.argument)
    var wait: WaitPolicy = .adaptive

    /// A client that hides no failure.
    func client() -> HearthClient {
        var configuration = options.client(waiting: wait).configuration
        configuration.repeatsCalls = false
        return HearthClient(configuration)
    }
}
