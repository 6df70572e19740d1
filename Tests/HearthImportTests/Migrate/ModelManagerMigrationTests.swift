import Foundation
import HearthArtifacts
import HearthImport
import HearthModelManager
import HearthRegistry
import HearthRegistryOpening
import HearthTestSupport
import Testing

/// `migrateFromDatabase` of the specification's manager, over a real table.
@Suite struct ModelManagerMigrationTests {
    @Test func `R22, R86: a dry run only reports, then rows become versions, and a second run skips them`() throws {
        let table = try OldTable()
        try table.insert(file: ImportSamples.iforest, series: "stok_seviye")
        try table.insert([1, 2, 3], series: "dolum_sure")
        let location = RegistryLocation.postgres(table.url)
        _ = try location.upgradeSchema { _ in }
        let manager = try ModelManager(registry: location, modelsDirectory: table.models)
        let dry = try manager.migrateFromDatabase(dryRun: true)
        #expect(dry.migrated == 1 && dry.failed == 1 && dry.skipped == 0 && dry.errors.count == 1)
        #expect(try manager.listAvailableModels().isEmpty)

        let result = try manager.migrateFromDatabase()
        #expect(result.migrated == 1 && result.failed == 1 && result.errors.count == 1, "\(result)")
        #expect(try manager.listAvailableModels().map(\.metricType) == ["stok_seviye"])
        let index = try String(contentsOfFile: "\(table.models)/registry_index.csv", encoding: .utf8)
        #expect(index.contains(",isolation_forest,"))
        let again = try manager.migrateFromDatabase()
        #expect(again.migrated == 0 && again.skipped == 1 && again.failed == 1)
    }
}
