import ArgumentParser
import HearthArtifacts
import HearthTraining

/// `hearth-trainer generate minibar`.
struct GenerateMinibar: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "minibar",
        abstract: "The minibars of a hotel, hour by hour, with labelled anomalies.",
        discussion: """
            Columns: time, stok_seviye (stock level, items), tuketim_miktar (consumption, items per hour), dolum_sure \
            (refill time, minutes per room), label (1 for an anomaly), kind. Anomalies: theft, missed_refill, \
            stuck_counter, typo, leak. A holiday_peak is unusual but no anomaly. The same seed gives the same file.

            Example: hearth-trainer generate minibar --output minibar.csv --seed 7
            """)

    @Option(help: "The CSV file to write.")
    var output: String

    @Option(help: "Days of 24 hourly rows, 21 to 3650.")
    var days = 365

    @Option(help: "Rooms of the hotel, 5 to 5000.")
    var rooms = 120

    @Option(help: "Any whole number; the same one gives the same file.")
    var seed: UInt64 = 7

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
        try reportingUsage {
            let readings = try MinibarGenerator(MinibarParameters(days: days, rooms: rooms, seed: seed)).readings()
            let anomalies = readings.count { $0.kind.isAnomaly }
            try CSVFile.write(readings, to: output)
            if json {
                print(
                    try CompactJSON.text([
                        "path": .string(output), "rows": .integer(Int64(readings.count)),
                        "anomalies": .integer(Int64(anomalies)), "seed": .string(String(seed)),
                    ]))
            } else {
                print("wrote \(output): \(readings.count) hourly rows, \(anomalies) of them anomalies (seed \(seed))")
            }
        }
    }
}
