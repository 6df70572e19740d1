import CHearthLinux
import Glibc

/// A system call that failed: which one, on what, and why.
package struct SystemError: Error, Sendable, CustomStringConvertible {
    package var call: String
    /// The path or thing it was about; empty when there is none.
    package var subject: String
    package var code: Int32

    package init(_ call: String, _ subject: String = "", code: Int32) {
        self.call = call
        self.subject = subject
        self.code = code
    }

    /// The error of the call that has just failed on this thread.
    package static func last(_ call: String, _ subject: String = "") -> SystemError {
        SystemError(call, subject, code: hearth_errno())
    }

    package var description: String {
        "\(call)\(subject.isEmpty ? "" : " \(subject)"): \(Self.text(of: code))"
    }

    /// The system's words for an errno value.
    package static func text(of code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
