package import HearthCore

/// `ml:` where models come from, and which one answers.
package struct MLSection: Sendable, Equatable {
    /// Which version decides (R155).
    package enum ProductionModel: Sendable, Equatable {
        /// The production version of the model (R156); there is exactly one per model (C21).
        case auto
        /// This version, whatever its status (R157); an archived one with a warning (C19).
        case pinned(ModelID)
    }

    /// The kill switch (R92): with false the live engine stays flat.
    package var isEnabled = true
    package var productionModel = ProductionModel.auto
    /// The model directory (R91).
    package var modelsDirectory = "/app/ml_models"
    /// A SQLite file or a URL of PostgreSQL; nil for `registry.sqlite` in the model directory.
    package var registry: String?
    /// The Unix socket of hearthd.
    package var socket = "/run/hearth/hearth.sock"

    package init() {}

    static let settings: [Setting<SystemConfiguration>] = [
        Setting(
            "ml.enabled", \.ml.isEnabled, .flag, variable: "ML_ENABLED",
            "The kill switch: with false every decision is flat."),
        Setting(
            "ml.production_model", \.ml.productionModel,
            SettingForm(
                expected: "auto or a model_id",
                parse: { text, _ in
                    text == "auto" ? .auto : (try? ModelID(text)).map(ProductionModel.pinned)
                },
                text: { model in
                    switch model {
                    case .auto: "auto"
                    case .pinned(let id): id.text
                    }
                }, hint: "see 'hearth models list'"), variable: "HEARTH_ML_PRODUCTION_MODEL",
            "The version that decides: auto for the one in production, or a model_id to pin one."),
        Setting(
            "ml.models_dir", \.ml.modelsDirectory, .path, variable: "ML_MODELS_DIR",
            "The model directory."),
        Setting(
            optional: "ml.registry", \.ml.registry,
            .withoutPassword("a path or postgresql://user@host/database"),
            variable: "HEARTH_REGISTRY",
            "The registry; without it registry.sqlite in the model directory."),
        Setting(
            "ml.socket", \.ml.socket, .path, variable: "HEARTH_SOCKET",
            "The Unix socket of hearthd."),
    ]
}
