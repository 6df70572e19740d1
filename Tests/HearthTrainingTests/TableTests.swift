import Foundation
import HearthCore
import HearthTestSupport
import HearthTraining
import Testing

@Suite struct TableTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, _ name: String = "data.csv") throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file(name)))
        return folder.file(name)
    }

    private func read(
        _ text: String, _ selection: TableSelection = TableSelection(), limits: TableLimits = TableLimits()
    ) throws -> Table {
        try Table(csv: try write(text), selection: selection, limits: limits)
    }

    /// The message of the error that reading `text` throws, without the path.
    private func failure(
        _ text: String, _ selection: TableSelection = TableSelection(), limits: TableLimits = TableLimits()
    ) throws -> String {
        let path = try write(text)
        do {
            let table = try Table(csv: path, selection: selection, limits: limits)
            return "read \(table.rowCount) rows"
        } catch {
            return error.description.replacingOccurrences(of: path, with: "F")
        }
    }

    @Test func `columns are read by the names in the header`() throws {
        let table = try read("a,b,c\n1,2.5,-3\n4e2,.5,6.\n")
        #expect(table.columnNames == ["a", "b", "c"])
        #expect(table.columns == [[1, 400], [2.5, 0.5], [-3, 6]])
        #expect(table.labels == nil)
        #expect(table.lines == [2, 3])
    }

    @Test func `chosen columns keep the order in which they were chosen`() throws {
        let table = try read("a,b,c\n1,2,3\n", TableSelection(columns: ["c", "a"]))
        #expect(table.columnNames == ["c", "a"])
        #expect(table.columns == [[3], [1]])
    }

    @Test func `a text column that was not chosen is not read`() throws {
        let table = try read("a,note\n1,\"x, \"\"y\"\"\nz\"\n2,\n", TableSelection(columns: ["a"]))
        #expect(table.columns == [[1, 2]])
        #expect(table.lines == [2, 4])
    }

    @Test(arguments: ["", "NA", "NaN", "nan", "null", "None", "n/a", " NA "])
    func `a missing value is NaN`(text: String) throws {
        let table = try read("a,b\n\(text),1\n")
        #expect(table.columns[0][0].isNaN)
    }

    @Test(arguments: [
        ("0.1", 0.1), ("100.59", 100.59), ("-0.0", -0.0), ("123456789012345", 123_456_789_012_345),
        ("1234567890123456789", 1_234_567_890_123_456_768), ("3.141592653589793238", Double.pi),
        ("+7", 7), ("1e-300", 1e-300), (" 5\t", 5), ("\"6\"", 6), ("0.000001", 0.000001),
        ("9007199254740993", 9_007_199_254_740_992),
    ])
    func `a number is read to its nearest double`(text: String, value: Double) throws {
        let read = try self.read("a\n\(text)\n").columns[0][0]
        #expect(read == value && read.sign == value.sign)
    }

    @Test(arguments: ["abc", "1,5", "0x10", "inf", "-inf", "1e999", "1.2.3", "--1", "1 2", "-", ".", "١"])
    func `what is no finite number is refused with its line`(text: String) throws {
        let quoted = text.contains(",") ? "\"\(text)\"" : text
        #expect(
            try failure("a,b\n1,2\n\(quoted),3\n")
                == "F:3: '\(text)' in column 'a' is not a finite number; "
                + "leave a missing value empty, name the time column with --time, or choose columns with --columns")
    }

    @Test func `labels are read as 0 and 1`() throws {
        let table = try read("a,bad\n1,0\n2,1\n3,true\n4,FALSE\n5,1.0\n", TableSelection(label: "bad"))
        #expect(table.columnNames == ["a"])
        #expect(table.labels == [false, true, true, false, true])
    }

    @Test func `a label that is neither 0 nor 1 is refused`() throws {
        #expect(
            try failure("a,bad\n1,0\n2,2\n", TableSelection(label: "bad"))
                == "F:3: label '2' in column 'bad' is neither 0 nor 1; 1 marks an anomaly")
        #expect(try failure("a,bad\n1,\n", TableSelection(label: "bad")).hasPrefix("F:2: label ''"))
    }

    @Test func `rows are put in the order of time`() throws {
        let table = try read(
            "t,a\n2024-01-02T00:00:00Z,2\n2024-01-01T23:30:00+01:00,1\n2024-01-02T01:00:00+01:00,3\n",
            TableSelection(time: "t"))
        #expect(table.columns == [[1, 2, 3]])
        #expect(table.lines == [3, 2, 4])
    }

    @Test func `what is no time is refused with its line`() throws {
        #expect(
            try failure("t,a\nyesterday,2\n", TableSelection(time: "t"))
                == "F:2: 'yesterday' in column 't' is no time; write 2025-11-12T12:00:00Z or seconds since 1970")
    }

    @Test func `a missing column is named with those that there are`() throws {
        #expect(
            try failure("a,b\n1,2\n", TableSelection(columns: ["a", "c"])) == "F: has no column 'c'; it has: a, b")
        #expect(
            try failure("a,b\n1,2\n", TableSelection(label: "anomaly")) == "F: has no column 'anomaly'; it has: a, b")
        #expect(try failure("a,b\n1,2\n", TableSelection(time: "when")) == "F: has no column 'when'; it has: a, b")
    }

    @Test func `the label cannot be learned from`() throws {
        #expect(
            try failure("a,y\n1,0\n", TableSelection(columns: ["a", "y"], label: "y"))
                == "F: column 'y' is the label and cannot be learned from; leave it out of --columns")
    }

    @Test func `a column chosen twice or named twice is refused`() throws {
        #expect(try failure("a,b\n1,2\n", TableSelection(columns: ["a", "a"])) == "F: column 'a' is chosen twice")
        #expect(
            try failure("a,a\n1,2\n") == "F:1: has two columns named 'a'; give each column its own name")
    }

    @Test func `a row with another number of fields is refused with its line`() throws {
        #expect(
            try failure("a,b\n1,2\n1,2,3\n")
                == "F:3: has 3 fields, the header has 2; quote fields that hold the delimiter")
        #expect(try failure("a,b\n1\n").hasPrefix("F:2: has 1 fields, the header has 2"))
    }

    @Test func `broken quotes and line ends are refused with their line`() throws {
        #expect(try failure("a\n1\n\"2\n") == "F:3: a quoted field that never ends; close the quote")
        #expect(
            try failure("a\n\"1\"2\n") == "F:2: text after a closing quote; write a quote inside a quoted field twice")
        #expect(
            try failure("a\r1\r")
                == "F:1: a carriage return without a line feed; save the file with LF or CR LF line ends")
    }

    @Test func `an empty file and a header alone are told apart`() throws {
        #expect(try failure("") == "F: is empty; the first line names the columns")
        #expect(try failure("\n\n") == "F: is empty; the first line names the columns")
        #expect(try read("a,b\n").rowCount == 0)
    }

    @Test func `line ends, a byte order mark and blank lines do not matter`() throws {
        let table = try read("\u{FEFF}a,b\r\n1,2\r\n\r\n3,4")
        #expect(table.columnNames == ["a", "b"])
        #expect(table.columns == [[1, 3], [2, 4]])
        #expect(table.lines == [2, 4])
    }

    @Test func `another delimiter can be chosen`() throws {
        #expect(try read("a;b\n1;2\n", TableSelection(delimiter: 0x3B)).columns == [[1], [2]])
    }

    @Test func `a file beyond the limits is refused`() throws {
        var limits = TableLimits()
        limits.columnCountMax = 2
        #expect(
            try failure("a,b,c\n", limits: limits) == "F:1: more than 2 columns; check the delimiter and the line ends")
        limits = TableLimits()
        limits.fieldByteCountMax = 4
        #expect(try failure("a\n12345\n", limits: limits).hasPrefix("F:2: a field of more than 4 bytes"))
        limits = TableLimits()
        limits.fileBytes.bytes = 3
        #expect(try failure("a\n1\n2\n", limits: limits).hasPrefix("F: has 6 B, at most 3 B are read"))
        limits = TableLimits()
        limits.valueCountMax = 4
        #expect(try failure("a,b\n1,2\n3,4\n5,6\n", limits: limits).hasPrefix("F:4: more than 4 values"))
    }

    @Test func `what is no regular file is refused`() throws {
        #expect(throws: TrainingError.self) { try Table(csv: "/dev/null", selection: TableSelection()) }
        #expect(throws: TrainingError.self) { try Table(csv: folder.path, selection: TableSelection()) }
        let error = #expect(throws: TrainingError.self) {
            try Table(csv: folder.file("absent.csv"), selection: TableSelection())
        }
        #expect(error?.code == .unreadableFile)
        #expect(error?.message == "cannot be opened (No such file or directory)")
    }

    @Test func `a file larger than the read buffer is read whole`() throws {
        let rows = 60_000
        let text = "a,b\n" + (0..<rows).map { "\($0),\"\(Double($0) / 8)\"\n" }.joined()
        let table = try read(text)
        #expect(table.columns[0] == (0..<rows).map(Double.init))
        #expect(table.columns[1] == (0..<rows).map { Double($0) / 8 })
    }
}
