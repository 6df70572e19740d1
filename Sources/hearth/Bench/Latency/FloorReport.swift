import HearthClient

/// A server's latency beside that of a bare echo.
struct FloorReport {
    let model: String
    let wait: WaitPolicy
    let serverWait: WaitPolicy
    let requestByteCount: Int
    let replyByteCount: Int
    var predict = LatencyHistogram()
    var floor = LatencyHistogram()

    init(model: String, wait: WaitPolicy, serverWait: WaitPolicy, requestByteCount: Int, replyByteCount: Int) {
        self.model = model
        self.wait = wait
        self.serverWait = serverWait
        self.requestByteCount = requestByteCount
        self.replyByteCount = replyByteCount
    }

    func print(kernelNanoseconds: UInt64?, asJSON: Bool) {
        let base = floor.percentile(50) + (kernelNanoseconds ?? 0)
        let middle = Double(predict.percentile(50)) / Double(max(1, base))
        let tail = Double(predict.percentile(99)) / Double(max(1, floor.percentile(99)))
        if asJSON {
            let report: [(String, JSON)] = [
                ("model", .text(model)), ("wait", .text(wait.description)),
                ("server_wait", .text(serverWait.description)), ("request_bytes", .integer(requestByteCount)),
                ("reply_bytes", .integer(replyByteCount)), ("predict", .object(predict.json)),
                ("floor", .object(floor.json)),
                ("kernel_us", kernelNanoseconds.map { .number(Double($0) / 1000) } ?? .null),
                ("p50_ratio", .number(middle)), ("p99_ratio", .number(tail)),
            ]
            return Swift.print(JSON.object(report).text)
        }
        var table = TextTable(headings: [""] + LatencyHistogram.headings)
        table.add(cells: ["predict"] + predict.cells)
        table.add(cells: ["floor"] + floor.cells)
        let kernel = kernelNanoseconds.map { ", the model itself \(Figure.fixed(Double($0) / 1000, 2)) us a row" } ?? ""
        let basis = kernelNanoseconds == nil ? "floor" : "(floor + model)"
        Swift.print(
            """
            \(model), one connection; this side waits \(wait), the server \(serverWait)\(kernel)
            floor: a bare echo of \(requestByteCount) -> \(replyByteCount) bytes between two processes

            \(table.text)

            p50 is \(Figure.fixed(middle, 2)) x \(basis), p99 is \(Figure.fixed(tail, 2)) x floor
            """)
    }
}
