import ArgumentParser
import Foundation

/// Where the models are.
struct LocationOptions: ParsableArguments {
    @Option(help: "The model directory; ML_MODELS_DIR, else /app/ml_models, unless given.")
    var modelsDir: String?

    var path: String {
        let environment = ProcessInfo.processInfo.environment["ML_MODELS_DIR"].flatMap { $0.isEmpty ? nil : $0 }
        return modelsDir ?? environment ?? "/app/ml_models"
    }
}
