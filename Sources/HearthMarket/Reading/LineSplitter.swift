/// Cuts bytes that come in any pieces into lines; LF or CR LF ends one.
///
/// Holds the beginning of one line at most, and no more than `byteCountMax` bytes of it: the rest of an overlong line
/// is passed over.
struct LineSplitter: Sendable {
    private let byteCountMax: Int
    private var partial: [UInt8] = []
    private var isOverlong = false
    /// The line that ``next`` gives next, the first being 1.
    private var number = 1

    /// A line of the source, or that there was one too long.
    enum Line {
        case bytes(ArraySlice<UInt8>, number: Int)
        case overlong(number: Int)
    }

    init(byteCountMax: Int) {
        self.byteCountMax = byteCountMax
    }

    /// Forgets a line that has begun, and counts from 1 again.
    mutating func restart() {
        partial.removeAll(keepingCapacity: true)
        isOverlong = false
        number = 1
    }

    /// The next line that `rest` completes, which is taken off it; nil once no more lines end in it, and then the
    /// beginning of a line is kept.
    mutating func next(from rest: inout ArraySlice<UInt8>) -> Line? {
        guard let end = rest.firstIndex(of: 0x0A) else {
            keep(rest)
            rest = []
            return nil
        }
        let piece = rest[rest.startIndex..<end]
        rest = rest[(end + 1)...]
        if partial.isEmpty, !isOverlong, piece.count <= byteCountMax { return line(piece) }
        keep(piece)
        return endPartial()
    }

    /// The last line, which had no line end; nil when there is none.
    mutating func finish() -> Line? {
        partial.isEmpty && !isOverlong ? nil : endPartial()
    }

    private mutating func keep(_ piece: ArraySlice<UInt8>) {
        guard !isOverlong, partial.count + piece.count <= byteCountMax else {
            isOverlong = isOverlong || !piece.isEmpty
            partial.removeAll(keepingCapacity: true)
            return
        }
        partial.append(contentsOf: piece)
    }

    private mutating func endPartial() -> Line {
        if isOverlong {
            isOverlong = false
            defer { number += 1 }
            return .overlong(number: number)
        }
        let whole = partial
        partial.removeAll(keepingCapacity: true)
        return line(whole[...])
    }

    private mutating func line(_ bytes: ArraySlice<UInt8>) -> Line {
        var content = bytes
        if content.last == 0x0D { content.removeLast() }
        if number == 1, content.starts(with: [0xEF, 0xBB, 0xBF]) { content.removeFirst(3) }
        defer { number += 1 }
        return .bytes(content, number: number)
    }
}
