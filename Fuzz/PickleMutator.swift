/// Changes a pickle instruction by instruction, so that lengths stay true and most of the file stays readable: what
/// comes out reaches the converters where flipped bytes would stop at the first string.
struct PickleMutator {
    private var instructions: [[UInt8]]

    /// How many bytes follow an instruction: a number, or a length of so many bytes and what it counts, or lines.
    private enum Operand {
        case fixed(Int)
        case counted(Int)
        case lines(Int)
    }

    /// Nil for what does not begin as a pickle.
    init?(_ bytes: [UInt8]) {
        instructions = []
        var position = 0
        while position < bytes.count {
            let end = Self.end(of: position, in: bytes)
            // Frames say how long they are: without them lengths may change.
            if bytes[position] != 0x95 { instructions.append(Array(bytes[position..<end])) }
            position = end
        }
        guard instructions.count > 2 else { return nil }
    }

    private static func operand(of opcode: UInt8) -> Operand {
        switch opcode {
        case 0x8C, 0x43, 0x55, 0x8A: .counted(1)
        case 0x58, 0x42, 0x54, 0x8B: .counted(4)
        case 0x8D, 0x8E, 0x96: .counted(8)
        case 0x4B, 0x68, 0x71, 0x80: .fixed(1)
        case 0x4D: .fixed(2)
        case 0x4A, 0x6A, 0x72: .fixed(4)
        case 0x47, 0x95: .fixed(8)
        case 0x63: .lines(2)
        case 0x49, 0x4C, 0x46, 0x53, 0x56, 0x67, 0x70: .lines(1)
        default: .fixed(0)
        }
    }

    private static func end(of start: Int, in bytes: [UInt8]) -> Int {
        var end = start + 1
        switch operand(of: bytes[start]) {
        case .fixed(let count): end += count
        case .counted(let width):
            guard end + width <= bytes.count else { return bytes.count }
            let count = bytes[end..<end + width].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            end += width + Int(min(count, UInt64(bytes.count)))
        case .lines(let count):
            for _ in 0..<count {
                guard let newline = bytes[min(end, bytes.count)...].firstIndex(of: 0x0A) else { return bytes.count }
                end = newline + 1
            }
        }
        return min(end, bytes.count)
    }

    /// The pickle with one to four changes.
    func mutated(_ random: inout FuzzRandom) -> [UInt8] {
        var changed = self
        for _ in 0...random.next() % 4 { changed.change(&random) }
        return changed.instructions.flatMap { $0 }
    }

    private mutating func change(_ random: inout FuzzRandom) {
        guard let index = instructions.indices.randomElement(using: &random),
            let other = instructions.indices.randomElement(using: &random)
        else { return }
        switch random.next() % 8 {
        case 0: instructions.remove(at: index)
        case 1: instructions.insert(instructions[other], at: index)
        case 2: instructions.swapAt(index, other)
        case 3:
            // A run of instructions again: a list grows, a state is given twice.
            let run = instructions[other...].prefix(Int(random.next() % 12))
            instructions.insert(contentsOf: run, at: index)
        case 4: instructions[index] = instructions[other]
        default: changeOperand(of: index)
        }
    }

    /// Another number, string or run of bytes, its length said truly.
    private mutating func changeOperand(of index: Int) {
        let instruction = instructions[index]
        guard let opcode = instruction.first else { return }
        guard case .counted(let width) = Self.operand(of: opcode), instruction.count > width else {
            instructions[index] = Fuzz.changed(instruction, extra: 0)
            return
        }
        let payload = Fuzz.changed(Array(instruction.dropFirst(1 + width)))
        guard width > 1 || payload.count < 256 else { return }
        let length = (0..<width).map { UInt8(truncatingIfNeeded: payload.count >> (8 * $0)) }
        instructions[index] = [opcode] + length + payload
    }
}
