import HearthCore
import Testing

@Suite struct StatusTests {
    @Test func `status codes are those of google.rpc.Code`() {
        #expect(StatusCode.allCases.map(\.rawValue) == Array(0...16))
        #expect(
            StatusCode.allCases.map(\.name) == [
                "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
                "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
                "UNIMPLEMENTED",
                "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
            ])
        #expect(StatusCode(rawValue: 17) == nil)
    }

    @Test func `a failure prints its code and its sentence`() {
        #expect("\(CallFailure(.notFound, "no such model"))" == "NOT_FOUND: no such model")
    }

    @Test func `statuses and sources have the specifications' names`() {
        #expect(VersionStatus.allCases.map(\.rawValue) == ["success", "failed", "candidate", "production", "archived"])
        #expect(AnswerSource.allCases.map(\.rawValue) == ["file", "database", "zscore"])
    }

    @Test func `a system error names the call, the thing and the reason`() {
        #expect("\(SystemError("open", "/x", code: 2))" == "open /x: No such file or directory")
        #expect("\(SystemError("eventfd", code: 24))" == "eventfd: Too many open files")
    }

    @Test func `there is a processor`() {
        #expect((1...4096).contains(SystemInformation.processorCount))
    }
}
