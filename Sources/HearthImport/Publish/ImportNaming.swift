package import HearthArtifacts
package import HearthCore
package import HearthRegistry

/// What the registered model is called that a file becomes a version of, and its key.
package struct ImportNaming: Sendable {
    /// A name, or a pattern with `{file}` (the file's name without its endings) and `{type}` (the model type); nil for
    /// the key's own name, or `{file}` where no series or symbol is given.
    package var pattern: String?
    /// The model type; that of the estimator's class unless given.
    package var modelType: String?
    package var series: String?
    package var symbol: String?
    package var timeframe: String?

    package init(
        pattern: String? = nil, modelType: String? = nil, series: String? = nil, symbol: String? = nil,
        timeframe: String? = nil
    ) {
        self.pattern = pattern
        self.modelType = modelType
        self.series = series
        self.symbol = symbol
        self.timeframe = timeframe
    }

    /// Name and key for one file. A name that is registered already keeps its key where none was given.
    ///
    /// Throws ``ImportError`` for what is no name, and when the registry cannot be read.
    package func identity(
        of file: ImportedFile, in registry: any RegistryStore
    ) throws(ImportError) -> (name: ModelName, key: ModelKey) {
        let key = ModelKey(
            modelType: modelType ?? file.modelType, metricType: series, symbol: symbol, timeframe: timeframe)
        let name: ModelName
        do throws(NameError) {
            if pattern == nil, series != nil || symbol != nil {
                name = try key.defaultName()
            } else {
                let text = (pattern ?? "{file}").replacing("{file}", with: file.stem)
                    .replacing("{type}", with: key.modelType)
                name = try ModelName(text)
            }
        } catch {
            throw ImportError(.unusableName, error.description, hint: "give the model a name with --name", cause: error)
        }
        guard modelType == nil, series == nil, symbol == nil, timeframe == nil else { return (name, key) }
        do throws(RegistryError) {
            let known = try registry.registeredModels().first { $0.name == name }
            return (name, known?.key ?? key)
        } catch {
            throw ImportError(.registryFailed, "the registry cannot be read: \(error)", cause: error)
        }
    }
}

extension ImportedFile {
    /// Endings that are no part of a model's name.
    private static let endings: Set<String> = [
        "pkl", "pickle", "joblib", "json", "ubj", "txt", "hearth", "model", "gz", "z", "zlib", "bz2", "xz", "lzma",
        "lz4",
    ]

    /// The file's name without its endings, as a name can be written.
    package var stem: String {
        var parts = FolderListing.last(file.path).split(separator: ".", omittingEmptySubsequences: false)
        while parts.count > 1, let last = parts.last, Self.endings.contains(last.lowercased()) { parts.removeLast() }
        return Self.slug(parts.joined(separator: "."))
    }

    /// The class of the estimator that predicts in words with `_` between, e.g. `isolation_forest`; of a booster's own
    /// file, the library.
    package var modelType: String {
        guard let facts = model?.facts else { return "model" }
        guard let last = facts.steps.last, facts.className != "Booster" else { return facts.library.lowercased() }
        var words = ""
        let letters = Array(last)
        for (index, letter) in letters.enumerated() {
            let isStart =
                letter.isUppercase && index > 0
                && (letters[index - 1].isLowercase || index + 1 < letters.count && letters[index + 1].isLowercase)
            words += (isStart ? "_" : "") + letter.lowercased()
        }
        return String(words.prefix(RegistryLimits.keyLengthMax))
    }

    /// The name under which the original is stored beside `model.hearth`: its own, where that can stand there.
    package var storedName: String {
        let name = String(Self.slug(FolderListing.last(file.path)).prefix(90))
        let taken = [
            HearthFile.fileName, Manifest.fileName, ModelMetadata.fileName, "metrics.csv", "feature_importances.csv",
        ]
        return name.isEmpty || taken.contains(name) ? "original-\(name)" : name
    }

    /// Characters that a name cannot hold become `-`; it begins with a letter or digit.
    private static func slug(_ text: String) -> String {
        let slug = text.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "0"..."9", "A"..."Z", "a"..."z", ".", "_", "-": Character(scalar)
            default: "-"
            }
        }
        return String(slug.drop { "-._".contains($0) }.prefix(ModelName.byteCountMax))
    }
}
