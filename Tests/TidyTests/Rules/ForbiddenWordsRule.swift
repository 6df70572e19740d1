/// Words that stop the process, write where nobody reads, or put work off.
struct ForbiddenWordsRule: Rule {
    func findings(in tree: SourceTree) -> [Finding] {
        tree.files.flatMap { inCode($0) + inComments($0) }
    }

    private static let crashes = [
        ("try!", "bytes from outside can make it throw, and then the process is gone. Throw the module's error on"),
        ("as!", "use `as?` and throw the module's error, or a type that needs no cast"),
        (
            "fatalError(",
            "throw an operating error; for an error of the programmer use precondition(_:_:) with a sentence"
        ),
    ]

    private func inCode(_ file: SourceFile) -> [Finding] {
        var words = Self.crashes
        if file.isInSources && Layers.layer(of: file.target)?.name != "programs"
            && !Exceptions.printing.contains(where: { $0.path == file.path })
        {
            words.append(("print(", "only programs write to standard output. Return the text, or log it"))
        }
        if !file.isInSources && !Exceptions.sleepingTests.contains(where: { $0.path == file.path }) {
            let advice = "a test does not sleep to wait: await the event or advance a clock"
            words += [("Task.sleep(", advice), ("Thread.sleep(", advice), ("usleep(", advice), ("sleep(", advice)]
        }
        return words.flatMap { word, advice in
            SourceFile.lineNumbers(of: word, in: file.code).map { line in
                Finding(path: file.path, line: line, message: "`\(word)`: \(advice)")
            }
        }
    }

    private func inComments(_ file: SourceFile) -> [Finding] {
        ["TODO", "FIXME", "XXX", "HACK"].flatMap { word in
            SourceFile.lineNumbers(of: word, in: file.comments).map { line in
                Finding(
                    path: file.path, line: line,
                    message: "\(word): finish it now, or write it down as an issue and say here what is so")
            }
        }
    }
}
