/// Every target has a page that says what it is for, what flows in and out, and which file to read first.
struct TargetPageRule: Rule {
    static let lineCountMax = 60

    func findings(in tree: SourceTree) -> [Finding] {
        let names = tree.targetFolders.filter { name in !Exceptions.withoutPage.contains { $0.target == name } }
        return names.compactMap { name in
            let path = "Sources/\(name)/\(name).docc/\(name).md"
            guard let text = tree.texts[path] else {
                return Finding(
                    path: path, line: 0,
                    message: "missing: write what the target is for, what flows in and out, which file to read first")
            }
            let count = text.count(where: { $0 == "\n" })
            guard count > Self.lineCountMax else { return nil }
            return Finding(
                path: path, line: 0, message: "\(count) lines; \(Self.lineCountMax) at most. Keep the map, cut the tour"
            )
        }
    }
}
