extension ModelImport {
    /// What a file that cannot be converted holds, for the person who is told so.
    package struct Subject: Sendable, Equatable {
        /// The outermost class, e.g. `SVC`.
        package var className: String
        /// `scikit-learn`, or the first part of the class's module.
        package var library: String
        /// As the file has it; nil when it does not say.
        package var libraryVersion: String?

        /// `scikit-learn 1.7.2`.
        package var libraryText: String { libraryVersion.map { "\(library) \($0)" } ?? library }
    }

    /// The class and library of a pickle that can be read though not converted; nil for every other file.
    package static func subject(of file: ModelFile, limits: ImportLimits) -> Subject? {
        let document: PickleDocument
        do throws(ArtifactError) {
            document = try unsafe PickleFile.read(bytes: file.store.bytes, path: file.path, limits: limits.pickle)
        } catch {
            // The file was refused already, with the reason.
            return nil
        }
        guard document.root.kind == .object, let found = document.root.className else { return nil }
        let package = String(found.module.prefix { $0 != "." })
        return Subject(
            className: found.name, library: package == "sklearn" ? "scikit-learn" : package,
            libraryVersion: try? document.root.member("_sklearn_version").string())
    }
}
