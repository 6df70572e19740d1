/// A packed ``LocalOutlierFactor`` without its arrays.
package struct NeighborShape: Sendable, Equatable {
    /// ``LocalOutlierFactor/Search`` without the tree.
    package enum Search: UInt8, Sendable, Equatable {
        case brute = 0
        case boxes = 1
        case balls = 2
    }

    package var columnCount: Int
    package var pointCount: Int
    package var neighborCount: Int
    package var metric: LocalOutlierFactor.Metric
    package var search: Search
    package var tieRules: LocalOutlierFactor.TieRules
    /// Nodes of the tree; 0 without one.
    package var nodeCount: Int
    package var output: OutputShape

    /// Parameters: the points, the neighbour distances, the densities; then the bounds of the nodes, or without a tree
    /// the squared length of each point.
    package var parameterCount: Int { pointCount * (columnCount + 2) + boundCount }

    private var boundCount: Int {
        switch search {
        case .brute: pointCount
        case .boxes: 2 * nodeCount * columnCount
        case .balls: nodeCount * (columnCount + 1)
        }
    }

    /// Words of section `NBRS`: the order of the points, then first, end and 1 for a leaf of each node.
    var wordCount: Int { search == .brute ? 0 : pointCount + 3 * nodeCount }

    func validate() throws(ModelError) {
        let place = "local outlier factor"
        guard (1...ModelLimits.pointCount).contains(pointCount), (1...ModelLimits.columnCount).contains(columnCount)
        else {
            throw .invalid(place, "\(pointCount) points of \(columnCount) columns found")
        }
        guard (1...min(pointCount, ModelLimits.neighborCount)).contains(neighborCount) else {
            throw .invalid(
                place,
                "\(neighborCount) neighbours of \(pointCount) points found, 1 to "
                    + "\(min(pointCount, ModelLimits.neighborCount)) expected")
        }
        guard (search == .brute) == (nodeCount == 0), nodeCount < 2 * ModelLimits.pointCount else {
            throw .invalid(place, "a tree of \(nodeCount) nodes found")
        }
        guard case .anomaly = output.task, output.link == .identity, output.accumulator == .float64 else {
            throw .invalid(place, "a task other than anomalies, or a link, found")
        }
        try output.validate(place: place)
    }

    init(_ model: LocalOutlierFactor) {
        columnCount = model.columnCount
        pointCount = model.densities.count
        neighborCount = model.neighborCount
        metric = model.metric
        tieRules = model.tieRules
        switch model.search {
        case .brute: (search, nodeCount) = (.brute, 0)
        case .tree(let tree):
            nodeCount = tree.nodes.count
            switch tree.bounds {
            case .boxes: search = .boxes
            case .balls: search = .balls
            }
        }
        output = OutputShape(
            family: .linear, outputCount: 1, link: .identity, task: .anomaly(offset: model.offset),
            classRule: .rawAboveZero, accumulator: .float64)
    }

    init(from reader: inout ByteReader) throws(ModelError) {
        columnCount = try reader.readCount("columns", atMost: ModelLimits.columnCount)
        pointCount = try reader.readCount("points", atMost: ModelLimits.pointCount)
        neighborCount = try reader.readCount("neighbours", atMost: ModelLimits.neighborCount)
        nodeCount = try reader.readCount("nodes", atMost: 2 * ModelLimits.pointCount)
        let (metric, search) = (try reader.read(UInt8.self), try reader.read(UInt8.self))
        guard let metric = LocalOutlierFactor.Metric(rawValue: metric), let search = Search(rawValue: search) else {
            throw reader.malformed("metric \(metric) and search \(search) found, 0 to 2 each expected")
        }
        (self.metric, self.search) = (metric, search)
        // Not used any more: no version gives a point as near as the farthest neighbour that one's place.
        _ = try reader.readBool()
        tieRules = LocalOutlierFactor.TieRules(usesIntrosort: try reader.readBool())
        output = try OutputShape(from: &reader, family: .linear)
    }

    func encode(to writer: inout ByteWriter) {
        for count in [columnCount, pointCount, neighborCount, nodeCount] { writer.write(count: count) }
        writer.write(metric.rawValue)
        writer.write(search.rawValue)
        writer.write(false)
        writer.write(tieRules.usesIntrosort)
        output.encode(to: &writer)
    }
}

extension LocalOutlierFactor {
    func validate(inputCount: Int) throws(ModelError) {
        let place = "local outlier factor"
        guard columnCount == inputCount else {
            throw .invalid(place, "\(columnCount) columns found, the \(inputCount) that reach the estimator expected")
        }
        let count = densities.count
        guard points.count == count * columnCount, neighborDistances.count == count else {
            throw .invalid(
                place,
                "\(points.count) values, \(neighborDistances.count) distances and \(count) densities of points "
                    + "found, which do not fit each other")
        }
        guard points.allSatisfy(\.isFinite), neighborDistances.allSatisfy(\.isFinite),
            densities.allSatisfy(\.isFinite)
        else { throw .invalid(place, "a number that is not finite found") }
        let shape = NeighborShape(self)
        try shape.validate()
        guard case .tree(let tree) = search else { return }
        let bounds = tree.boundValues
        guard bounds.count == shape.parameterCount - count * (columnCount + 2), bounds.allSatisfy(\.isFinite) else {
            throw .invalid(place, "\(bounds.count) bounds of \(tree.nodes.count) nodes found, another number expected")
        }
        let most = Int(UInt32.max)
        guard tree.order.allSatisfy({ (0...most).contains($0) }),
            tree.nodes.allSatisfy({ (0...most).contains($0.first) && (0...most).contains($0.end) })
        else { throw .invalid(place, "a point of the tree that is not there found") }
        if let problem = unsafe tree.words.withUnsafeBufferPointer({ words in
            unsafe NeighborTree.problem(words, pointCount: count, nodeCount: tree.nodes.count)
        }) {
            throw .invalid(place, problem)
        }
    }

    func pack(to parameters: inout ByteWriter) -> (EstimatorShape, [ModelSection]) {
        parameters.write(points)
        parameters.write(neighborDistances)
        parameters.write(densities)
        var sections: [ModelSection] = []
        switch search {
        case .brute:
            unsafe points.withUnsafeBufferPointer { points in
                for index in densities.indices {
                    guard let base = points.baseAddress else { return }
                    let point = unsafe base + index * columnCount
                    parameters.write(unsafe FusedSum.dot(point, point, count: columnCount))
                }
            }
        case .tree(let tree):
            parameters.write(tree.boundValues)
            var writer = ByteWriter()
            for word in tree.words { writer.write(word) }
            sections.append(ModelSection(.neighbors, bytes: writer.bytes))
        }
        return (.localOutlierFactor(NeighborShape(self)), sections)
    }
}

extension NeighborTree {
    var boundValues: [Double] {
        switch bounds {
        case .boxes(let values), .balls(let values): values
        }
    }

    /// The words of section `NBRS`.
    var words: [UInt32] {
        order.map(UInt32.init) + nodes.flatMap { [UInt32($0.first), UInt32($0.end), $0.isLeaf ? 1 : 0] }
    }

    /// What is wrong with the words of a tree; nil when a search through it ends, and meets every point once.
    static func problem(_ words: UnsafeBufferPointer<UInt32>, pointCount: Int, nodeCount: Int) -> String? {
        guard words.count == pointCount + 3 * nodeCount, nodeCount > 0 else {
            return "\(words.count) words of a tree found, another number expected"
        }
        var isSeen = [Bool](repeating: false, count: pointCount)
        for index in 0..<pointCount {
            let point = unsafe Int(words[index])
            guard point < pointCount, !isSeen[point] else { return "point \(point) out of range or twice found" }
            isSeen[point] = true
        }
        // From the root to the left, nodes met in the order of their points.
        var next = 0
        var waiting = [0]
        while let node = waiting.popLast() {
            let place = pointCount + 3 * node
            let (first, end) = unsafe (Int(words[place]), Int(words[place + 1]))
            guard first == next, end >= first, end <= pointCount else {
                return "node \(node) with points \(first) to \(end) found, those from \(next) on expected"
            }
            if unsafe words[place + 2] == 1 {
                next = end
                continue
            }
            let (child, overflow) = node.multipliedReportingOverflow(by: 2)
            guard unsafe words[place + 2] == 0, !overflow, child < nodeCount - 2, waiting.count < depthMax - 1 else {
                return "node \(node) without two children found"
            }
            waiting += [child + 2, child + 1]
        }
        return next == pointCount ? nil : "\(next) points in the leaves found, \(pointCount) expected"
    }
}
