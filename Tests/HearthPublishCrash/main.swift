import Glibc
import HearthArtifacts
import HearthRegistry

// A process for the tests of HearthArtifacts to kill, to starve and to measure: what cannot be done to the test process
// itself.
//
//     hearth-publish-crash publish <root> <model_id> <registry file> [--kill <fault point>] [--bytes <n>] [--umask
//     <octal>]
//                          [--uid <n>]
//     hearth-publish-crash promote <registry> <model name> <model_id> [--kill <promotion fault point>]
//     hearth-publish-crash open <root> <model_id> [--uid <n>]
//     hearth-publish-crash cycle <root> <model_id> <times>
//     hearth-publish-crash measure <folder> <bytes>
//     hearth-publish-crash convert <file> [--limits none]
//
// The last line on standard output is `ok`, or `error <code> <text>`.

let arguments = Arguments(Array(CommandLine.arguments.dropFirst()))
do {
    try arguments.becomeUser()
    switch arguments.command {
    case "publish": try Publisher(arguments).run()
    case "promote": try promote(arguments)
    case "open": try openOnce(arguments)
    case "cycle": try openRepeatedly(arguments)
    case "measure": try LoadMeasurement(folder: arguments[0], byteCount: Int(arguments[1]) ?? 0).run()
    case "convert": try convert(arguments)
    default: throw UsageError(text: "unknown command '\(arguments.command)'")
    }
    print("ok")
} catch let error as ArtifactError {
    print("error \(error.code) \(error)")
    exit(1)
} catch let error as RegistryError {
    print("error \(error.code) \(error)")
    exit(1)
} catch {
    print("error other \(error)")
    exit(1)
}
