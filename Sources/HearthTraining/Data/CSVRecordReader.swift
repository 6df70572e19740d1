import Glibc
import HearthCore

/// Reads the records of a CSV file one after the other, in a buffer that is used again: RFC 4180 (quoted fields,
/// doubled quotes, line breaks inside quotes), with LF or CR LF, a byte order mark, and blank lines skipped.
///
/// One record at a time is in memory. Not thread safe; one owner.
struct CSVRecordReader: ~Copyable {
    /// The line on which the current record begins, the first of the file being 1.
    private(set) var line = 0
    /// The fields of the current record, unquoted, one after the other.
    private(set) var bytes: [UInt8] = []
    /// Where in ``bytes`` each field ends.
    private(set) var fieldEnds: [Int] = []

    private let path: String
    private let descriptor: FileDescriptor
    private let delimiter: UInt8
    private let limits: TableLimits
    private var chunk = [UInt8](repeating: 0, count: 256 << 10)
    private var chunkCount = 0
    private var chunkOffset = 0
    private var nextLine = 1

    /// Opens `path`.
    ///
    /// Throws ``TrainingError`` when it is no regular file or larger than the limits allow.
    init(path: String, delimiter: UInt8, limits: TableLimits) throws(TrainingError) {
        descriptor = try Self.open(path, limits: limits)
        self.path = path
        self.delimiter = delimiter
        self.limits = limits
    }

    private static func open(_ path: String, limits: TableLimits) throws(TrainingError) -> FileDescriptor {
        let number = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else {
            let cause = SystemError.last("open", path)
            throw TrainingError(
                .unreadableFile, path: path, "cannot be opened (\(SystemError.text(of: cause.code)))",
                hint: "check the path and its permissions", cause: cause)
        }
        let descriptor = FileDescriptor(owning: number)
        var status = stat()
        guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw TrainingError(.unreadableFile, path: path, "is not a regular file", hint: "give a CSV file")
        }
        let size = ByteCount(Int(status.st_size))
        guard size <= limits.fileBytes else {
            throw TrainingError(
                .badTable, path: path, "has \(size), at most \(limits.fileBytes) are read",
                hint: "train on a part of the rows")
        }
        return descriptor
    }

    var fieldCount: Int { fieldEnds.count }

    /// Where field `index` of the current record lies in ``bytes``.
    func range(of index: Int) -> Range<Int> {
        (index == 0 ? 0 : fieldEnds[index - 1])..<fieldEnds[index]
    }

    /// Field `index` of the current record as text.
    func text(of index: Int) -> String {
        String(decoding: bytes[range(of: index)], as: UTF8.self)
    }

    /// Reads the next record that is not a blank line; false at the end of the file.
    mutating func next() throws(TrainingError) -> Bool {
        while true {
            line = nextLine
            guard try readRecord() else { return false }
            if fieldEnds.count > 1 || !bytes.isEmpty { return true }
        }
    }

    private enum State {
        case fieldStart, plain, quoted, quoteInQuoted, carriageReturn
    }

    private mutating func readRecord() throws(TrainingError) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        fieldEnds.removeAll(keepingCapacity: true)
        var state = State.fieldStart
        var isEmpty = true
        while true {
            if chunkOffset == chunkCount {
                try fill()
                if chunkCount == 0 { break }
            }
            let byte = chunk[chunkOffset]
            chunkOffset += 1
            isEmpty = false
            switch (state, byte) {
            case (.quoted, 0x22): state = .quoteInQuoted
            case (.quoted, _):
                if byte == 0x0A { nextLine += 1 }
                try append(byte)
            case (.carriageReturn, 0x0A), (.fieldStart, 0x0A), (.plain, 0x0A), (.quoteInQuoted, 0x0A):
                nextLine += 1
                try endField()
                return true
            case (.carriageReturn, _):
                throw bad("a carriage return without a line feed", "save the file with LF or CR LF line ends")
            case (.fieldStart, 0x22): state = .quoted
            case (.quoteInQuoted, 0x22):
                try append(byte)
                state = .quoted
            case (.fieldStart, delimiter), (.plain, delimiter), (.quoteInQuoted, delimiter):
                try endField()
                state = .fieldStart
            case (_, 0x0D): state = .carriageReturn
            case (.quoteInQuoted, _):
                throw bad("text after a closing quote", "write a quote inside a quoted field twice")
            case (.fieldStart, _), (.plain, _):
                try append(byte)
                state = .plain
            }
        }
        switch state {
        case .quoted: throw bad("a quoted field that never ends", "close the quote")
        case .fieldStart, .plain, .quoteInQuoted, .carriageReturn: break
        }
        if isEmpty { return false }
        try endField()
        return true
    }

    private mutating func append(_ byte: UInt8) throws(TrainingError) {
        guard bytes.count - (fieldEnds.last ?? 0) < limits.fieldByteCountMax else {
            throw bad("a field of more than \(limits.fieldByteCountMax) bytes", "check the quotes and the line ends")
        }
        bytes.append(byte)
    }

    private mutating func endField() throws(TrainingError) {
        guard fieldEnds.count < limits.columnCountMax else {
            throw bad("more than \(limits.columnCountMax) columns", "check the delimiter and the line ends")
        }
        fieldEnds.append(bytes.count)
    }

    private mutating func fill() throws(TrainingError) {
        chunkOffset = 0
        var buffer: [UInt8] = []
        swap(&buffer, &chunk)
        defer { swap(&buffer, &chunk) }
        let isStart = chunkCount == 0
        let outcome: Result<Int, SystemError> = unsafe buffer.withUnsafeMutableBytes { bytes in
            do throws(SystemError) {
                return .success(try unsafe descriptor.read(into: bytes, subject: path))
            } catch {
                return .failure(error)
            }
        }
        switch outcome {
        case .success(let count):
            chunkCount = count
            if isStart, buffer.prefix(count).starts(with: [0xEF, 0xBB, 0xBF]) { chunkOffset = 3 }
        case .failure(let error):
            throw TrainingError(
                .unreadableFile, path: path, "cannot be read (\(SystemError.text(of: error.code)))", cause: error)
        }
    }

    private func bad(_ message: String, _ hint: String) -> TrainingError {
        TrainingError(.badTable, path: path, line: line, message, hint: hint)
    }
}
