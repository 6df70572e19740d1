import Yams

/// From the bytes of a YAML file to ``ConfigurationNode``s: the only place that knows Yams.
///
/// Yams builds its tree by recursion and compares whole subtrees for double keys. So what could nest without end is
/// refused before it sees the text, and so are anchors: with them a kilobyte stands for a billion values.
struct ConfigurationText {
    let path: String
    private let text: String
    private var nodeCount = 0

    /// Throws the one error that makes the file unreadable.
    static func root(of bytes: [UInt8], path: String) throws(ConfigurationError) -> ConfigurationNode? {
        guard bytes.count <= ConfigurationLimits.byteCountMax else {
            throw ConfigurationError(
                path: path, "\(bytes.count) bytes found, at most \(ConfigurationLimits.byteCountMax) are read",
                hint: "is this the right file?")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            // No character of UTF-8 holds the byte of a line end.
            let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
            throw ConfigurationError(
                path: path, line: line, "the line is not UTF-8", hint: "save the file in the encoding UTF-8")
        }
        var reader = ConfigurationText(path: path, text: text)
        try reader.refuseWhatExplodes()
        return try reader.compose()
    }

    private init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// Bounds what Yams would recurse into, and refuses anchors.
    private func refuseWhatExplodes() throws(ConfigurationError) {
        var flowCount = 0
        var (line, column, isIndentation) = (1, 1, true)
        var before: UInt8 = 0x0A
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): flowCount += 1
            case UInt8(ascii: "&"):
                let after = index + 1 < bytes.count ? bytes[index + 1] : 0x20
                if Self.separators.contains(before), after > 0x20 {
                    throw error(
                        line, column, "an anchor found; anchors and aliases are not read",
                        "write the value out where it is needed; within text put a blank behind '&'")
                }
            default: break
            }
            if flowCount > ConfigurationLimits.flowCollectionCountMax {
                throw error(
                    line, column, "more than \(ConfigurationLimits.flowCollectionCountMax) '[' and '{' found",
                    "write lists and mappings over several lines")
            }
            isIndentation = isIndentation && Self.indentation.contains(byte)
            if isIndentation, column > ConfigurationLimits.indentationMax {
                throw error(
                    line, column, "the line is indented by more than \(ConfigurationLimits.indentationMax) columns",
                    "indent each level by two blanks")
            }
            column += 1
            let isLineEnd = byte == 0x0A || (byte == 0x0D && !(index + 1 < bytes.count && bytes[index + 1] == 0x0A))
            if isLineEnd { line += 1 }
            // 0x85, 0xA8 and 0xA9 end the characters that YAML also takes for line ends.
            if isLineEnd || byte == 0x0D || [0x85, 0xA8, 0xA9].contains(byte) { (column, isIndentation) = (1, true) }
            before = byte
        }
    }

    /// What may stand before an anchor.
    private static let separators = Set(" \t\r\n[]{},:-?".utf8)
    /// What a line can nest blocks with before its first value: blanks, `- `, `? ` and `: `.
    private static let indentation = Set(" \t-?:".utf8)

    private mutating func compose() throws(ConfigurationError) -> ConfigurationNode? {
        let node: Node?
        do {
            node = try Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch let failure as YamlError {
            throw error(of: failure)
        } catch {
            throw ConfigurationError(path: path, "\(error)")
        }
        return try node.map { (node) throws(ConfigurationError) in try convert(node, depth: 1) }
    }

    private mutating func convert(_ node: Node, depth: Int) throws(ConfigurationError) -> ConfigurationNode {
        let place = ConfigurationNode.Place(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        nodeCount += 1
        guard depth <= ConfigurationLimits.depthMax else {
            throw error(
                place.line, place.column, "more than \(ConfigurationLimits.depthMax) levels found",
                "no key of Hearth is that deep")
        }
        guard nodeCount <= ConfigurationLimits.nodeCountMax else {
            throw error(
                place.line, place.column, "more than \(ConfigurationLimits.nodeCountMax) values found",
                "is this the right file?")
        }
        switch node {
        case .scalar(let scalar):
            return ConfigurationNode(
                content: .scalar(scalar.string, isPlain: scalar.style == .plain || scalar.style == .any), place: place)
        case .sequence(let sequence):
            var items: [ConfigurationNode] = []
            for item in sequence { items.append(try convert(item, depth: depth + 1)) }
            return ConfigurationNode(content: .sequence(items), place: place)
        case .mapping(let mapping):
            var entries: [ConfigurationNode.Entry] = []
            for (key, value) in mapping {
                let keyPlace = ConfigurationNode.Place(line: key.mark?.line ?? 1, column: key.mark?.column ?? 1)
                guard case .scalar(let scalar) = key else {
                    throw error(
                        keyPlace.line, keyPlace.column, "a key that is a list or a mapping found, expected a name", "")
                }
                entries.append(
                    ConfigurationNode.Entry(
                        key: scalar.string, place: keyPlace, value: try convert(value, depth: depth + 1)))
            }
            return ConfigurationNode(content: .mapping(entries), place: place)
        case .alias:
            throw error(place.line, place.column, "an alias found; anchors and aliases are not read", "")
        }
    }

    private func error(_ line: Int, _ column: Int, _ message: String, _ hint: String) -> ConfigurationError {
        ConfigurationError(path: path, line: line, column: column, message, hint: hint)
    }

    private func error(of failure: YamlError) -> ConfigurationError {
        switch failure {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let during = context.map { " \($0.text) that begins in line \($0.mark.line)" } ?? ""
            return error(
                mark.line, mark.column, "no YAML: \(problem)\(during)",
                "check the indentation, the colons and the quotes there")
        case .composer(_, let problem, let mark, _):
            return error(mark.line, mark.column, problem, "one document per file, without anchors and aliases")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.map { "'\($0)'" }.joined(separator: ", ")
            return error(
                context.mark.line, context.mark.column, "\(keys) stands more than once in one mapping",
                "keep one of them")
        case .reader(let problem, _, _, _):
            return ConfigurationError(path: path, "no YAML: \(problem)", hint: "is this the right file?")
        case .memory, .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return ConfigurationError(path: path, "the YAML parser failed: \(failure)")
        }
    }
}
