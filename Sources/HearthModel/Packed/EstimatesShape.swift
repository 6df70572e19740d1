/// An ``Estimates`` stage without the members' models, which lie in section `CHLD`.
///
/// Parameters: the class values of all answers in order.
package struct EstimatesShape: Sendable, Equatable {
    /// ``Estimates/Member`` without its model.
    package struct Member: Sendable, Equatable {
        /// The columns of the row that the member sees; nil for all.
        package var columns: [Int]?
        package var roundsToFloat32: Bool
        package var answers: [Answer]
    }

    /// ``Estimates/Answer`` without its class values.
    package struct Answer: Sendable, Equatable {
        package var source: Estimates.Answer.Source
        package var first: Int
        package var count: Int
        package var classValueCount: Int
        package var width: Int
        package var places: [Int]
    }

    package var inputCount: Int
    package var passesRow: Bool
    package var requiresFinite: Bool
    package var members: [Member]

    package var outputCount: Int {
        members.reduce(passesRow ? inputCount : 0) { $1.answers.reduce($0) { $0 + $1.width } }
    }

    package var parameterCount: Int {
        members.reduce(0) { $1.answers.reduce($0) { $0 + $1.classValueCount } }
    }

    init(_ estimates: Estimates, inputCount: Int) {
        self.inputCount = inputCount
        passesRow = estimates.passesRow
        requiresFinite = estimates.requiresFinite
        members = estimates.members.map { member in
            Member(
                columns: member.columns, roundsToFloat32: member.roundsToFloat32,
                answers: member.answers.map {
                    Answer(
                        source: $0.source, first: $0.first, count: $0.count, classValueCount: $0.classValues.count,
                        width: $0.width, places: $0.places)
                })
        }
    }

    /// Checks what can be checked without the members' models.
    func validate(place: String) throws(ModelError) {
        guard (1...ModelLimits.memberCount).contains(members.count) else {
            throw .invalid(place, "\(members.count) members found, 1 to \(ModelLimits.memberCount) expected")
        }
        for (index, member) in members.enumerated() {
            let place = "\(place), member \(index)"
            if let columns = member.columns {
                let limit = ModelLimits.columnCount
                guard (1...limit).contains(columns.count), columns.allSatisfy({ (0..<inputCount).contains($0) })
                else {
                    throw .invalid(place, "a column that is not there found, 0 to \(inputCount - 1) expected")
                }
            }
            guard (1...Estimates.Answer.Source.allCases.count).contains(member.answers.count) else {
                throw .invalid(place, "\(member.answers.count) answers found, 1 to 3 expected")
            }
            for answer in member.answers { try answer.validate(place: place) }
        }
        guard (1...ModelLimits.columnCount).contains(outputCount) else {
            throw .invalid(place, "\(outputCount) columns leave it, 1 to \(ModelLimits.columnCount) expected")
        }
    }
}

extension EstimatesShape.Answer {
    fileprivate func validate(place: String) throws(ModelError) {
        let limit = ModelLimits.outputCount
        guard (0...limit).contains(first), (1...limit).contains(count), count <= width, width <= limit else {
            throw .invalid(place, "an answer of \(count) values from \(first) on in \(width) columns found")
        }
        let fits = places.count == count && places.allSatisfy { (0..<width).contains($0) }
        guard places.isEmpty ? count == width : fits else {
            throw .invalid(place, "\(places.count) places for \(count) values in \(width) columns found")
        }
    }
}

extension EstimatesShape.Member {
    /// Checks the member against its model: the columns that it has and the outputs that it gives.
    func validate(columnCount: Int, output: OutputShape, inputCount: Int, place: String) throws(ModelError) {
        let seen = columns?.count ?? inputCount
        guard columnCount == seen else {
            throw .invalid(place, "a model of \(columnCount) columns found, \(seen) expected")
        }
        for answer in answers {
            let width = output.width(of: answer.source)
            guard answer.first + answer.count <= width else {
                throw .invalid(
                    place, "\(answer.count) values from \(answer.first) on of an output of \(width) found")
            }
            let valueCount = answer.classValueCount
            guard valueCount == 0 || answer.source == .predict && valueCount == output.classCount else {
                throw .invalid(
                    place, "\(valueCount) values for \(output.classCount) classes found, one each expected")
            }
        }
    }
}

extension OutputShape {
    /// Values of an output; 0 when there is no such output.
    package func width(of source: Estimates.Answer.Source) -> Int {
        switch (task, source) {
        case (.regression, .predict): outputCount
        case (.classification, .predict): 1
        case (.classification, .probabilities): hasProbabilities ? classCount : 0
        case (.classification, .decision): hasDecision ? decisionCount : 0
        default: 0
        }
    }

    /// Where an output of one row starts in what a kernel writes for that row.
    package func offset(of source: Estimates.Answer.Source) -> Int {
        switch source {
        case .predict: 0
        case .probabilities: 1
        case .decision: 1 + width(of: .probabilities)
        }
    }
}
