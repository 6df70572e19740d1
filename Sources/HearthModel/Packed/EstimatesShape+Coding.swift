extension EstimatesShape {
    func encode(to writer: inout ByteWriter) {
        writer.write(count: inputCount)
        writer.write(passesRow)
        writer.write(requiresFinite)
        writer.write(count: members.count)
        for member in members {
            writer.write(member.columns != nil)
            if let columns = member.columns { writer.write(counts: columns) }
            writer.write(member.roundsToFloat32)
            writer.write(count: member.answers.count)
            for answer in member.answers {
                writer.write(answer.source.rawValue)
                for count in [answer.first, answer.count, answer.classValueCount, answer.width] {
                    writer.write(count: count)
                }
                writer.write(counts: answer.places)
            }
        }
    }

    /// Reads what ``encode(to:)`` has written and checks it by itself.
    init(from reader: inout ByteReader) throws(ModelError) {
        inputCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        passesRow = try reader.readBool()
        requiresFinite = try reader.readBool()
        let memberCount = try reader.readCount("members", atMost: ModelLimits.memberCount)
        members = try reader.readArray(count: memberCount, byteCount: 6) { (reader) throws(ModelError) in
            try Member(from: &reader)
        }
        do throws(ModelError) {
            try validate(place: "stage")
        } catch {
            throw reader.malformed("\(error.place): \(error.message)")
        }
    }
}

extension EstimatesShape.Member {
    fileprivate init(from reader: inout ByteReader) throws(ModelError) {
        columns = try reader.readBool() ? try reader.readCounts("columns", atMost: ModelLimits.columnCount) : nil
        roundsToFloat32 = try reader.readBool()
        let answerCount = try reader.readCount("answers", atMost: Estimates.Answer.Source.allCases.count)
        answers = try reader.readArray(count: answerCount, byteCount: 21) { (reader) throws(ModelError) in
            let code = try reader.read(UInt8.self)
            guard let source = Estimates.Answer.Source(rawValue: code) else {
                throw reader.malformed("output \(code) found, 0 to 2 expected")
            }
            let limit = ModelLimits.outputCount
            return EstimatesShape.Answer(
                source: source, first: try reader.readCount("values before the first", atMost: limit),
                count: try reader.readCount("values", atMost: limit),
                classValueCount: try reader.readCount("class values", atMost: limit),
                width: try reader.readCount("columns", atMost: limit),
                places: try reader.readCounts("places", atMost: limit))
        }
    }
}

extension ByteWriter {
    /// How many, then each.
    mutating func write(counts: [Int]) {
        write(count: counts.count)
        for count in counts { write(count: count) }
    }
}

extension ByteReader {
    /// What ``ByteWriter/write(counts:)`` has written: at most `limit`, each below `limit`.
    mutating func readCounts(_ name: String, atMost limit: Int) throws(ModelError) -> [Int] {
        let count = try readCount(name, atMost: limit)
        return try readArray(count: count, byteCount: 4) { (reader) throws(ModelError) in
            try reader.readCount(name, atMost: limit)
        }
    }
}
