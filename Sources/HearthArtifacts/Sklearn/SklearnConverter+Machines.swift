import HearthModel

extension SklearnConverter {
    /// OneClassSVM, SVR and NuSVR: support vectors, one decision value.
    func kernelMachine(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let node = source.node
        let columnCount = try source.columnCount()
        if try source.flag("_sparse") {
            throw source.refusal(
                "sparse support vectors found, dense ones expected", hint: "train on an array")
        }
        let vectors = try node.member("support_vectors_").array().requireShape([nil, columnCount])
        let count = vectors.shape[0]
        let coefficients = try node.member("_dual_coef_").array().requireShape([1, count])
        let intercepts = try node.member("_intercept_").numbers()
        guard let intercept = intercepts.first, intercepts.count == 1 else {
            throw node.error("\(intercepts.count) intercepts found, 1 expected")
        }
        var task = Task.regression
        if source.className == "OneClassSVM" {
            let offsets = try node.member("offset_").numbers()
            guard let offset = offsets.first, offsets.count == 1 else {
                throw node.error("\(offsets.count) offsets found, 1 expected")
            }
            task = .anomalyDecision(offset: offset)
        }
        return .kernelMachine(
            KernelMachine(
                kernel: try kernel(source), columnCount: columnCount, supportVectors: try vectors.doubles(),
                coefficients: try coefficients.doubles(), intercept: intercept, task: task))
    }

    private func kernel(_ source: SklearnEstimator) throws(ArtifactError) -> KernelMachine.Kernel {
        let node = try source.node.member("kernel")
        guard node.kind == .string else {
            throw source.refusal("a kernel that is a function found, rbf, linear, poly or sigmoid expected")
        }
        let name = try node.string()
        if name == "linear" { return .linear }
        let gamma = try source.node.member("_gamma").finiteDouble()
        if name == "rbf" { return .radial(gamma: gamma) }
        let offset = try source.node.member("coef0").finiteDouble()
        switch name {
        case "sigmoid": return .sigmoid(gamma: gamma, offset: offset)
        case "poly":
            let degree = try source.node.member("degree").integer(in: 0...Int(Int32.max))
            return .polynomial(gamma: gamma, offset: offset, degree: degree)
        default:
            throw source.refusal(
                "kernel '\(PickleText.shown(name))' found, rbf, linear, poly or sigmoid expected",
                hint: "train with one of these kernels")
        }
    }

    /// LocalOutlierFactor for new rows.
    func localOutlierFactor(_ source: SklearnEstimator) throws(ArtifactError) -> Estimator {
        let node = source.node
        guard try source.flag("novelty") else {
            throw source.refusal("novelty=False found, which scores no new rows", hint: "train with novelty=True")
        }
        let columnCount = try source.columnCount()
        guard try node.member("_fit_X").kind == .array else {
            throw source.refusal("sparse columns found, dense ones expected", hint: "train on an array")
        }
        let points = try node.member("_fit_X").array().requireShape([nil, columnCount])
        guard points.type.kind == .float, points.type.byteCount == 8 else {
            throw source.refusal(
                "training rows of \(points.type.text) found, f8 expected", hint: "train on 64-bit numbers")
        }
        let count = points.shape[0]
        let neighborCount = try node.member("n_neighbors_").integer(in: 1...max(1, count))
        guard neighborCount <= ModelLimits.neighborCount else {
            throw source.refusal(
                "\(neighborCount) neighbours found, at most \(ModelLimits.neighborCount) expected",
                hint: "train with fewer neighbours")
        }
        let distances = try node.member("_distances_fit_X_").array().requireShape([count, neighborCount])
        let all = try distances.doubles()
        let densities = try node.member("_lrd").array().requireShape([count])
        return .localOutlierFactor(
            LocalOutlierFactor(
                columnCount: columnCount, points: try points.doubles(), metric: try metric(source),
                search: try search(source, count: count, columnCount: columnCount),
                tieRules: LocalOutlierFactor.TieRules(
                    usesIntrosort: source.version >= SklearnVersion(1, 9)),
                neighborCount: neighborCount,
                neighborDistances: (0..<count).map { all[$0 * neighborCount + neighborCount - 1] },
                densities: try densities.doubles(), offset: try node.member("offset_").finiteDouble()))
    }

    private func metric(_ source: SklearnEstimator) throws(ArtifactError) -> LocalOutlierFactor.Metric {
        let node = try source.node.member("effective_metric_")
        guard node.kind == .string else {
            throw source.refusal(
                "a metric that is a function found, euclidean, manhattan or chebyshev expected",
                hint: "train with one of these metrics")
        }
        let name = try node.string()
        if let parameters = try source.node.member(ifPresent: "effective_metric_params_"),
            try parameters.pairs().contains(where: { !$0.key.isString("p") && !$0.value.isNone })
        {
            throw source.refusal("parameters of the metric found, none expected")
        }
        switch name {
        case "euclidean", "l2": return .euclidean
        case "manhattan", "cityblock", "l1": return .manhattan
        case "chebyshev", "infinity": return .chebyshev
        default:
            throw source.refusal(
                "metric '\(PickleText.shown(name))' found, euclidean, manhattan or chebyshev expected",
                hint: "train with one of these metrics")
        }
    }

    private func search(
        _ source: SklearnEstimator, count: Int, columnCount: Int
    ) throws(ArtifactError) -> LocalOutlierFactor.Search {
        let method = try source.text("_fit_method")
        switch method {
        case "brute": return .brute
        case "kd_tree", "ball_tree":
            let tree = try source.node.member("_tree")
            let module = tree.className?.module ?? ""
            guard tree.kind == .object, module == "sklearn.neighbors._\(method)" else { throw tree.expected("a tree") }
            return .tree(try Self.tree(tree.state(), isBalls: method == "ball_tree", count, columnCount))
        default: throw source.refusal("search '\(PickleText.shown(method))' found, which is not computed")
        }
    }

    /// The state of a tree: data, order, nodes, bounds, then counts.
    private static func tree(
        _ state: PickleNode, isBalls: Bool, _ count: Int, _ columnCount: Int
    ) throws(ArtifactError) -> NeighborTree {
        guard try state.count() >= 4 else { throw state.expected("the state of a tree") }
        let order = try integers(state.item(1).array().requireShape([count]))
        let nodes = try state.item(2).array().requireShape([nil])
        let firsts = try integers(nodes.field("idx_start"))
        let ends = try integers(nodes.field("idx_end"))
        let leaves = try integers(nodes.field("is_leaf"))
        let nodeCount = nodes.shape[0]
        let bounds = try state.item(3).array().requireShape([isBalls ? 1 : 2, nodeCount, columnCount])
        let places = (0..<nodeCount).map {
            NeighborTree.Node(first: firsts[$0], end: ends[$0], isLeaf: leaves[$0] == 1)
        }
        let values = try bounds.doubles()
        guard isBalls else { return NeighborTree(order: order, nodes: places, bounds: .boxes(values)) }
        return NeighborTree(
            order: order, nodes: places, bounds: .balls(values + (try nodes.field("radius").doubles())))
    }

    private static func integers(_ array: PickleArray) throws(ArtifactError) -> [Int] {
        try array.integers().map { Int(clamping: $0) }
    }
}
