/// Text that is not a legal name, and what a legal one looks like.
package struct NameError: Error, Sendable, CustomStringConvertible {
    /// What the text was meant to be: `model name`, `model_id`, ….
    package var kind: String
    /// What was found, cut to a printable length.
    package var found: String
    package var byteCountMax: Int

    package var description: String {
        "\(kind) '\(found)' is not allowed: expected a letter or digit, then letters, digits, '.', '_' or '-', "
            + "\(byteCountMax) bytes at most"
    }

    static func check(_ text: String, kind: String, byteCountMax: Int) throws(NameError) {
        let bytes = text.utf8
        let legal =
            bytes.count >= 1 && bytes.count <= byteCountMax
            && isAlphanumeric(bytes[bytes.startIndex])
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D }
        guard legal else {
            throw NameError(kind: kind, found: String(text.prefix(80)), byteCountMax: byteCountMax)
        }
    }

    static func isNameCharacter(_ character: Character) -> Bool {
        guard let byte = character.asciiValue else { return false }
        return isAlphanumeric(byte) || byte == 0x2E || byte == 0x5F || byte == 0x2D
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
