import Glibc
import HearthClient
import HearthCore
import HearthTestSupport
import Testing

/// The options of who may call what, and how much of it, as an operator meets them.
@Suite(.serialized) struct AccessOptionTests {
    @Test func `connections of one user are bounded by --connections-per-uid`() throws {
        let forest = try ServedForest()
        let program = try HearthdProcess(shelf: forest.shelf, arguments: ["--connections-per-uid", "2"])
        let held = try (0..<2).map { _ in try RawClient(socketPath: program.socketPath) }
        for client in held {
            client.send(Frames.predict())
            #expect(client.nextFrame()?.score == forest.score)
        }
        let third = try RawClient(socketPath: program.socketPath)
        third.send(Frames.predict())
        #expect(third.nextFrame()?.code == .resourceExhausted)
        #expect(third.isClosedByServer())
    }

    @Test(arguments: [
        (["--connections-per-uid", "0"], "--connections-per-uid must be 1 to 100000; leave it out for no limit"),
        (["--in-flight-per-uid", "0"], "--in-flight-per-uid must be 1 to 1000000; leave it out for no limit"),
        (
            ["--rate-per-uid", "fast"],
            "--rate-per-uid 'fast' is no rate; write calls a second from 1 to 1000000, and a burst after a colon if "
                + "you like, e.g. 500:2000"
        ),
        (
            ["--allow", "admin"],
            "--allow: rule 'admin' is not of the form '[lane] calls = who'; write for example 'grpc admin = uid:1000, "
                + "group:ops'"
        ),
        (
            ["--allow", "* = anyone", "--allow", "data = nobody"],
            "--allow: rule 'data = nobody' never decides: rules before it cover all its calls, and the first that fits "
                + "decides; put it before them, or leave it out"
        ),
        (
            ["--allow", "data = user:no-such-user-here"],
            "--allow: rule 'data = user:no-such-user-here': there is no user 'no-such-user-here' on this machine; "
                + "create it, or write uid:<number>"
        ),
    ])
    func `an option that cannot be is told of, with exit code 64`(arguments: [String], message: String) throws {
        let program = try HearthdProcess(arguments: arguments, socketPath: "")
        #expect(program.waitForExit() == 64)
        #expect(program.text.contains("Error: \(message)"), "\(program.text)")
        #expect(program.text.contains("Usage: hearthd"))
    }

    @Test func `--help names the options and teaches the rules`() throws {
        let program = try HearthdProcess(arguments: ["--help"], socketPath: "")
        #expect(program.waitForExit() == 0)
        for text in [
            "--allow", "--connections-per-uid", "--in-flight-per-uid", "--rate-per-uid",
            "--allow 'grpc admin = nobody'", "SIGHUP", "LISTEN_FDS",
        ] { #expect(program.text.contains(text), "\(text)") }
    }
}
