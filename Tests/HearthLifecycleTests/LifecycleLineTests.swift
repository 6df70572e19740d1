import HearthCore
import HearthLifecycle
import Testing

/// The lines of the specification about models that come and go.
@Suite struct LifecycleLineTests {
    private let now = Timestamp(microseconds: 0)

    @Test func `R103: a saved model, with path, size and accuracy`() {
        let line = LifecycleLine.saved(path: "/app/ml_models/x", byteCount: 45_678, accuracy: 0.953)
        #expect(
            line.text(.specification, program: "hearth-trainer", at: now)
                == "1970-01-01T00:00:00.000000Z info hearth-trainer: "
                + "💾 Model saved: /app/ml_models/x, size: 45.68KB, accuracy: 95.30% "
                + "path=/app/ml_models/x size_kb=45.68 accuracy=95.30%")
        let unlabelled = LifecycleLine.saved(path: "/m x", byteCount: 1000, accuracy: nil)
        #expect(
            unlabelled.text(.english, program: "hearth", at: now)
                == "1970-01-01T00:00:00.000000Z info hearth: model saved path=\"/m x\" size_kb=1.00 accuracy=-")
    }

    @Test func `R106: cleaned models, with their number and what was freed`() {
        let line = LifecycleLine.cleaned(count: 3, byteCount: 1_204_000)
        #expect(
            line.text(.specification, program: "hearth", at: now).hasSuffix(
                "🗑️ Cleaned 3 old models, freed 1.20MB count=3 freed_mb=1.20"))
        #expect(
            line.text(.english, program: "hearth", at: now).hasSuffix("old models removed count=3 freed_mb=1.20"))
    }

    @Test func `R108: migrated models, with their number`() {
        #expect(
            LifecycleLine.migrated(count: 12).text(.specification, program: "hearth", at: now).hasSuffix(
                "🔄 Migrated 12 models from database to filesystem count=12"))
    }
}
