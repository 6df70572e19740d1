import Foundation

/// Calls on the gRPC lane, made by `h2load` (Debian's nghttp2-client): a lean client that nobody here wrote.
struct GRPCLoad {
    static let program = "/usr/bin/h2load"

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    /// The file with the request: a PredictRequest of one row behind gRPC's prefix.
    private let request: String

    init(in folder: String) throws {
        request = "\(folder)/predict.grpc"
        var message: [UInt8] = [0x0A, UInt8(Server.model.utf8.count)] + Array(Server.model.utf8)
        message += [0x22, UInt8(Server.columnCount * 8)]
        for column in 0..<Server.columnCount {
            withUnsafeBytes(of: Double(column).bitPattern.littleEndian) { message += Array($0) }
        }
        let prefix: [UInt8] = [0, 0, 0, 0, UInt8(message.count)]
        try Data(prefix + message).write(to: URL(fileURLWithPath: request))
    }

    /// Makes `calls` calls over one connection, one after the other, and returns when all are answered.
    func run(_ programs: Programs, _ server: Server, calls: Int) throws {
        let output = try programs.run(
            Self.program,
            [
                "-n", "\(calls)", "-c", "1", "-m", "1", "-B", "unix:\(server.socketPath)", "-d", request, "-H",
                "content-type: application/grpc", "-H", "te: trailers",
                "http://localhost/hearth.v1.Inference/Predict",
            ])
        guard String(decoding: output, as: UTF8.self).contains("\(calls) succeeded") else {
            throw BenchmarkError("h2load's calls were not all answered: \(String(decoding: output, as: UTF8.self))")
        }
    }
}
