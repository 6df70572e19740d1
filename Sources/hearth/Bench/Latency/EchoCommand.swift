import ArgumentParser
import CHearthLinux
import HearthClient

/// The second process of ``EchoProcess``: a loop of receive and send, nothing else.
struct EchoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "echo", shouldDisplay: false)

    @Option var request: Int
    @Option var reply: Int
    @Option(transform: WaitPolicy.argument) var wait: WaitPolicy

    func run() {
        var receiver = Receiver(wait)
        let socket = EchoProcess.inheritedNumber
        var input = [UInt8](repeating: 0, count: max(request, 64 << 10))
        let output = [UInt8](repeating: 0xAA, count: reply)
        unsafe input.withUnsafeMutableBytes { buffer in
            guard let start = buffer.baseAddress else { return }
            var deadline = Deadline(after: .seconds(86_400))
            while true {
                deadline.beginAttempt()
                var received = 0
                while received < request {
                    let outcome = unsafe receiver.receive(socket, into: start, count: buffer.count, deadline: deadline)
                    guard case .bytes(let count) = outcome else { return }
                    received += count
                }
                guard unsafe hearth_send(socket, output, output.count) == output.count else { return }
            }
        }
    }
}
