import Foundation
import HearthClient

/// The scenarios, each against a server of its own.
struct CountRun {
    let programs: Programs
    let folder: String
    let counter: String

    private static let callCount = 20_000
    private static let thisProgram = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path

    /// Heap allocations and bytes copied in user space, server and client.
    func memory() throws -> [Cost] {
        guard FileManager.default.fileExists(atPath: counter) else {
            throw BenchmarkError("\(counter) is missing; build the product CallCounter, or give --counter")
        }
        let counts = CountFile(path: "\(folder)/server.counts")
        let server = try Server(
            programs, in: folder, wait: "block", environment: ["LD_PRELOAD": counter, "HEARTH_COUNTS": counts.path])
        defer { server.stop() }
        let process = server.process.processIdentifier
        let client = try callFromOutside(server, calls: 2000, counting: "\(folder)/warm.counts")
        let before = try counts.counts(ofThreads: "worker", in: process)
        let counted = try callFromOutside(server, calls: Self.callCount, counting: "\(folder)/client.counts")
        let after = try counts.counts(ofThreads: "worker", in: process)
        _ = client
        let calls = Double(Self.callCount)
        let made = after - before
        // The caller warms up with 500 calls and a new connection brings its buffers: not per call, but counted here.
        return [
            Cost(name: "server: heap allocations", perCall: Double(made.allocations) / calls, limit: 0.01),
            Cost(name: "server: bytes copied", perCall: Double(made.copiedBytes) / calls, limit: 2048),
            Cost(name: "client: heap allocations", perCall: Double(counted.allocations) / calls, limit: 0.001),
            Cost(name: "client: bytes copied", perCall: Double(counted.copiedBytes) / calls, limit: 2048),
        ]
    }

    /// The same of the gRPC lane, server only.
    func grpcMemory() throws -> [Cost] {
        guard GRPCLoad.isInstalled else { return [] }
        let load = try GRPCLoad(in: folder)
        let counts = CountFile(path: "\(folder)/grpc.counts")
        let server = try Server(
            programs, in: folder, wait: "block", environment: ["LD_PRELOAD": counter, "HEARTH_COUNTS": counts.path])
        defer { server.stop() }
        let process = server.process.processIdentifier
        try load.run(programs, server, calls: 2000)
        let before = try counts.counts(ofThreads: "worker", in: process)
        try load.run(programs, server, calls: Self.callCount)
        let made = try counts.counts(ofThreads: "worker", in: process) - before
        let calls = Double(Self.callCount)
        // A new connection brings its session: not per call, but counted here.
        return [
            Cost(name: "server, gRPC: heap allocations", perCall: Double(made.allocations) / calls, limit: 0.01),
            Cost(name: "server, gRPC: bytes copied", perCall: Double(made.copiedBytes) / calls, limit: 4096),
        ]
    }

    /// Instructions of a call on the gRPC lane, from the difference of two runs under callgrind.
    func grpcInstructions() throws -> [Cost] {
        guard GRPCLoad.isInstalled, FileManager.default.isExecutableFile(atPath: Self.valgrind) else { return [] }
        let load = try GRPCLoad(in: folder)
        func total(_ calls: Int) throws -> Int {
            let file = "\(folder)/grpc.\(calls)"
            let server = try Server(
                programs, in: folder, wait: "block", command: Self.callgrind(file) + ["\(folder)/hearthd"])
            try load.run(programs, server, calls: calls)
            server.stop()
            return try Self.total(file)
        }
        let few = try total(500)
        let many = try total(2500)
        return [Cost(name: "server, gRPC: instructions", perCall: Double(many - few) / 2000, limit: 40_000)]
    }

    static let valgrind = "/usr/bin/valgrind"

    static func callgrind(_ path: String) -> [String] {
        [valgrind, "--tool=callgrind", "--callgrind-out-file=\(path)"]
    }

    private func callFromOutside(
        _ server: Server, calls: Int, counting path: String
    ) throws -> (allocations: Int, copiedBytes: Int) {
        let output = try programs.run(
            Self.thisProgram, ["--caller-socket", server.socketPath, "--calls", "\(calls)"],
            environment: ["LD_PRELOAD": counter, "HEARTH_COUNTS": path])
        let numbers = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap {
            Int($0)
        }
        guard numbers.count == 2 else { throw BenchmarkError("the caller printed no counts") }
        return (numbers[0], numbers[1])
    }

    /// System calls of the server's event loops per call, by what load they see.
    func systemCalls() throws -> [Cost] {
        let throughput = [
            "bench", "throughput", "--seconds", "3", "--wait", "block", "--model", Server.model, "--clients",
        ]
        let pipelined = [
            "bench", "latency", "--seconds", "3", "--wait", "block", "--model", Server.model, "--connections", "4",
            "--pipeline", "16",
        ]
        return [
            try systemCalls("one client, block", wait: "block", throughput + ["1"], limit: 3.1),
            try systemCalls("8 clients, block", wait: "block", throughput + ["8"], limit: 3.1),
            try systemCalls("64 clients, block", wait: "block", throughput + ["64"], limit: 2.1),
            try systemCalls("64 clients, adaptive", wait: "adaptive", throughput + ["64"], limit: nil),
            try systemCalls("4 connections, 16 calls each on the way", wait: "block", pipelined, limit: 1),
        ]
    }

    private func systemCalls(
        _ name: String, wait: String, _ load: [String], limit: Double?
    ) throws -> Cost {
        let server = try Server(programs, in: folder, wait: wait)
        defer { server.stop() }
        let before = try server.counters()
        try programs.run("hearth", load + ["--socket", server.socketPath])
        let after = try server.counters()
        return Cost(
            name: "server: system calls, \(name)",
            perCall: Double(after.systemCalls - before.systemCalls) / Double(max(1, after.calls - before.calls)),
            limit: limit)
    }

    /// Instructions of server and client, from the difference of two runs under callgrind. Nothing when it is not
    /// installed.
    func instructions() throws -> [Cost] {
        guard FileManager.default.isExecutableFile(atPath: Self.valgrind) else { return [] }
        // valgrind 3.19 cannot read the debug information that Swift 6.3 writes.
        for program in ["\(programs.folder)/hearthd", Self.thisProgram] {
            let name = URL(fileURLWithPath: program).lastPathComponent
            try programs.run("/usr/bin/strip", ["-o", "\(folder)/\(name)", program])
        }
        let few = try instructionsTotal(calls: 500)
        let many = try instructionsTotal(calls: 2500)
        return [
            Cost(name: "server: instructions", perCall: Double(many.server - few.server) / 2000, limit: 16_000),
            Cost(name: "client: instructions", perCall: Double(many.client - few.client) / 2000, limit: 5000),
        ]
    }

    private func instructionsTotal(calls: Int) throws -> (server: Int, client: Int) {
        let serverFile = "\(folder)/server.\(calls)"
        let clientFile = "\(folder)/client.\(calls)"
        let server = try Server(
            programs, in: folder, wait: "block", command: Self.callgrind(serverFile) + ["\(folder)/hearthd"])
        let caller = Self.callgrind(clientFile)
        try programs.run(
            caller[0],
            Array(caller.dropFirst()) + [
                "\(folder)/counted-costs", "--caller-socket", server.socketPath, "--calls", "\(calls)",
            ])
        server.stop()
        return (try Self.total(serverFile), try Self.total(clientFile))
    }

    /// The `summary:` line of a callgrind file.
    static func total(_ path: String) throws -> Int {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for line in text.split(separator: "\n") where line.hasPrefix("summary:") || line.hasPrefix("totals:") {
            if let total = Int(line.split(separator: " ").last ?? "") { return total }
        }
        throw BenchmarkError("\(path) has no total")
    }
}
