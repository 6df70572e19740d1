import Glibc
import HearthCore
import HearthRegistry
import HearthRegistryPostgres
import HearthRegistrySQLite

/// Promotes a version, and dies by SIGKILL at the fault point that it is told.
func promote(_ arguments: Arguments) throws {
    let point = try arguments.option("kill").map { name in
        guard let point = PromotionFaultPoint(rawValue: name) else {
            throw UsageError(text: "no promotion fault point '\(name)'")
        }
        return point
    }
    let faults: @Sendable (PromotionFaultPoint) -> Void = { reached in
        if reached == point { kill(getpid(), SIGKILL) }
    }
    let store: any RegistryStore
    if PostgresLocation.isLocation(arguments[0]) {
        var options = PostgresRegistryStore.Options()
        options.faults = faults
        store = PostgresRegistryStore(try PostgresLocation(arguments[0]), options: options)
    } else {
        var options = SQLiteRegistryStore.Options()
        options.faults = faults
        store = try SQLiteRegistryStore.open(path: arguments[0], options: options)
    }
    let pointer = try store.promote(
        try ModelID(arguments[2]), of: try ModelName(arguments[1]), expectedGeneration: nil, actor: "crash",
        reason: "")
    print("generation \(pointer.generation)")
}
