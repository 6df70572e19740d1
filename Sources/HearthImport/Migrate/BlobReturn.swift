package import HearthArtifacts
import HearthCore
package import HearthRegistry
package import HearthRegistryPostgres

/// The way back of a migration: files become `model_data` again, so that the older schema, which wants it in every row,
/// can have the rows (C23).
///
/// - A version that was imported gives the file it was imported from, so Python programs find the pickle that they
///   wrote. A file that `model_path` names directly gives itself.
/// - A version that was trained here has no pickle: its `model.hearth` is kept, and the row becomes inactive, so that
///   Python programs pass it over. So does a row without any artifact (a failed training), which gets no bytes.
/// - Files stay where they are.
package struct BlobReturn {
    /// What was or would be put back.
    package struct Report: Sendable, Equatable {
        /// Rows that get a file that Python programs read.
        package var originals = 0
        /// Rows that get a `model.hearth` and become inactive.
        package var packed = 0
        /// Rows that get no bytes and become inactive.
        package var empty = 0
        package var byteCount: Int64 = 0
        /// Rows whose file is missing or damaged, with the reason; the first ``refusalCountMax``.
        package var refusals: [String] = []
        package var refusalCount = 0

        package init() {}

        package var rowCount: Int { originals + packed + empty }
    }

    /// More reasons than this help nobody.
    package static let refusalCountMax = 20

    private enum Content {
        case original(ModelFile)
        case packed(ModelFile)
        case nothing
    }

    private let table: PostgresBlobTable
    private let directory: ModelDirectory
    private let batch: Int

    /// - Parameter batch: how many rows are asked for at a time; files are read one at a time.
    package init(_ table: PostgresBlobTable, _ directory: ModelDirectory, batch: Int) {
        self.table = table
        self.directory = directory
        self.batch = batch
    }

    /// Looks at every file that would be put back; changes nothing.
    package func survey() throws(RegistryError) -> Report {
        var report = Report()
        try forEachRow { (row) throws(RegistryError) in note(row, content(of: row), &report) }
        return report
    }

    /// Puts the files back, after looking at all of them; `progress` is told how many rows are done.
    ///
    /// Stopped at any point, it goes on from there the next time.
    ///
    /// - Throws: `.refused` with a count when a file is missing or damaged: nothing has changed then. `.conflict` when
    ///   a row was changed meanwhile.
    package func run(progress: (Int) -> Void = { _ in }) throws(RegistryError) -> Report {
        let survey = try survey()
        guard survey.refusalCount == 0 else {
            throw RegistryError(
                .refused,
                "\(table.place): the files of \(survey.refusalCount) rows without model_data cannot be put back: "
                    + survey.refusals.joined(separator: "; "),
                hint: "restore the files from a backup, or delete the rows; nothing has been changed")
        }
        var report = Report()
        try forEachRow { (row) throws(RegistryError) in
            let content = content(of: row)
            let (bytes, isForPython): ([UInt8], Bool) =
                switch content {
                case .success(.original(let file)): (file.bytes, true)
                case .success(.packed(let file)): (file.bytes, false)
                case .success(.nothing): ([], false)
                case .failure(let error):
                    throw RegistryError(
                        .refused, "row \(row.id) of ml_models: \(error)", hint: "restore the file", cause: error)
                }
            guard try table.fill(row, with: bytes, isForPython: isForPython) else {
                throw RegistryError(
                    .conflict, "row \(row.id) of ml_models was changed meanwhile", hint: "run this again")
            }
            note(row, content, &report)
            progress(report.rowCount)
        }
        return report
    }

    private func forEachRow(_ body: (FileRow) throws(RegistryError) -> Void) throws(RegistryError) {
        var last = Int64.min
        while true {
            let rows = try table.rowsWithoutBlob(after: last, limit: batch)
            for row in rows { try body(row) }
            guard let end = rows.last, rows.count == batch else { return }
            last = end.id
        }
    }

    private func note(_ row: FileRow, _ content: Result<Content, ArtifactError>, _ report: inout Report) {
        switch content {
        case .success(.original(let file)):
            report.originals += 1
            report.byteCount += Int64(file.byteCount)
        case .success(.packed(let file)):
            report.packed += 1
            report.byteCount += Int64(file.byteCount)
        case .success(.nothing): report.empty += 1
        case .failure(let error):
            report.refusalCount += 1
            if report.refusals.count < Self.refusalCountMax { report.refusals.append("row \(row.id): \(error)") }
        }
    }

    private func content(of row: FileRow) -> Result<Content, ArtifactError> {
        guard let path = row.path else { return .success(.nothing) }
        do throws(ArtifactError) {
            return .success(try content(at: path))
        } catch {
            return .failure(error)
        }
    }

    private func content(at path: String) throws(ArtifactError) -> Content {
        switch try directory.model(named: path) {
        case .file(let file): return .original(try directory.readOriginal(file))
        case .version(let id):
            if let file = try directory.importedFile(of: id) { return .original(try directory.read(file, of: id)) }
            guard let packed = try directory.manifest(of: id).manifest.artifact else {
                throw ArtifactError(
                    .incomplete, path: path, "the version has no model.hearth", hint: "restore it from a backup")
            }
            return .packed(try directory.read(packed, of: id))
        }
    }
}
