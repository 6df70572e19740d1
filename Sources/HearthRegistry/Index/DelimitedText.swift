/// Comma-separated text as RFC 4180 has it.
package enum DelimitedText {
    /// The lines with their cells, each with the number of its first line, counted from 1; empty lines are none.
    ///
    /// Line ends may be those of any system; a mark of the order of bytes is passed over. Quotation marks that are
    /// never closed end with the text.
    package static func records(of bytes: [UInt8]) -> [(line: Int, cells: [String])] {
        var records: [(line: Int, cells: [String])] = []
        var cells: [String] = []
        var cell: [UInt8] = []
        var line = 1
        var firstLine = 1
        var isQuoted = false
        var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0

        func endCell() {
            cells.append(String(decoding: cell, as: UTF8.self))
            cell.removeAll(keepingCapacity: true)
        }
        func endRecord() {
            guard !cells.isEmpty || !cell.isEmpty else { return }
            endCell()
            records.append((firstLine, cells))
            cells.removeAll(keepingCapacity: true)
        }

        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x0A { line += 1 }
            switch byte {
            case 0x22 where isQuoted && index + 1 < bytes.count && bytes[index + 1] == 0x22:
                cell.append(0x22)
                index += 1
            case 0x22 where isQuoted || cell.isEmpty: isQuoted.toggle()
            case 0x2C where !isQuoted: endCell()
            case 0x0D where !isQuoted && index + 1 < bytes.count && bytes[index + 1] == 0x0A: break
            case 0x0A where !isQuoted:
                endRecord()
                firstLine = line
            default: cell.append(byte)
            }
            index += 1
        }
        endRecord()
        return records
    }

    /// Adds a line of cells, quoted where they must be; it ends as pandas ends it.
    package static func append(_ cells: [String], to bytes: inout [UInt8]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(0x2C) }
            if cell.utf8.contains(where: { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }) {
                bytes.append(0x22)
                for byte in cell.utf8 {
                    if byte == 0x22 { bytes.append(0x22) }
                    bytes.append(byte)
                }
                bytes.append(0x22)
            } else {
                bytes.append(contentsOf: cell.utf8)
            }
        }
        bytes.append(0x0A)
    }
}
