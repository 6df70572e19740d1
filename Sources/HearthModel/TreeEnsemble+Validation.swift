extension TreeEnsemble {
    func validate(inputCount: Int) throws(ModelError) {
        let place = "tree ensemble"
        guard columnCount == inputCount else {
            throw .invalid(place, "\(columnCount) columns found, the \(inputCount) that reach the estimator expected")
        }
        guard (1...ModelLimits.treeCount).contains(trees.count) else {
            throw .invalid(place, "\(trees.count) trees found, 1 to \(ModelLimits.treeCount) expected")
        }
        let single = accumulator == .float32
        guard baseValues.allSatisfy({ $0.isFinite && (!single || Float($0).isFinite) }) else {
            throw .invalid(place, "a base value that is not finite found")
        }
        try outputShape.validate(place: place)
        try validateCategories()
        for (index, tree) in trees.enumerated() {
            guard tree.width == trees[0].width else {
                throw .unsupported(
                    "tree \(index)", "leaf width \(tree.width) found, \(trees[0].width) as in tree 0 expected")
            }
            try tree.validate(of: self, place: "tree \(index)")
        }
    }

    /// How the sums of the leaves become outputs.
    var outputShape: OutputShape {
        OutputShape(
            family: .trees, outputCount: baseValues.count, link: link, task: task, classRule: classRule,
            accumulator: accumulator)
    }

    private func validateCategories() throws(ModelError) {
        for (index, set) in categorySets.enumerated() where set.count > ModelLimits.categoryWordCount {
            throw .invalid(
                "category set \(index)", "\(set.count) words found, at most \(ModelLimits.categoryWordCount) expected")
        }
    }
}

extension Tree {
    fileprivate func validate(of ensemble: TreeEnsemble, place: String) throws(ModelError) {
        guard !nodes.isEmpty, nodes.count < ModelLimits.nodeSlotCount else {
            throw .invalid(place, "\(nodes.count) nodes found, at least one expected")
        }
        guard width == 1 || width == ensemble.baseValues.count else {
            throw .invalid(place, "leaf width \(width) found, 1 or the \(ensemble.baseValues.count) outputs expected")
        }
        guard width > 1 ? output == 0 : (0..<ensemble.baseValues.count).contains(output) else {
            throw .invalid(place, "output \(output) found, 0 to \(ensemble.baseValues.count - 1) expected")
        }
        if let columns {
            guard columns.allSatisfy({ (0..<ensemble.columnCount).contains($0) }) else {
                throw .invalid(place, "a feature beyond the \(ensemble.columnCount) columns of the ensemble found")
            }
        }
        guard leafValues.count % width == 0 else {
            throw .invalid(place, "\(leafValues.count) leaf values found, a multiple of the width \(width) expected")
        }
        let single = ensemble.accumulator == .float32
        guard leafValues.allSatisfy({ $0.isFinite && (!single || Float($0).isFinite) }) else {
            throw .invalid(place, "a leaf value that is not finite found")
        }
        try validateNodes(of: ensemble, place: place)
    }

    /// One pass, without a branch that data decides but leaf or split: it sees every node of a forest at each load.
    private func validateNodes(of ensemble: TreeEnsemble, place: String) throws(ModelError) {
        let columnCount = columns?.count ?? ensemble.columnCount
        let leafRows = leafValues.count / width
        let nodeCount = nodes.count
        var hasParent = [Bool](repeating: false, count: nodeCount)
        hasParent[0] = true
        // Texts are made for errors only.
        func invalid(_ index: Int, _ message: String) -> ModelError {
            .invalid("\(place) node \(index)", message)
        }
        for index in 0..<nodeCount {
            guard hasParent[index] else { throw invalid(index, "no parent before it found, one expected") }
            let (column, left, right): (Int, Int, Int)
            switch nodes[index] {
            case .leaf(let row):
                guard row >= 0, row < leafRows else {
                    throw invalid(index, "leaf row \(row) found, 0 to \(leafRows - 1) expected")
                }
                continue
            case .split(let splitColumn, let threshold, let splitLeft, let splitRight, _):
                guard !threshold.isNaN else { throw invalid(index, "threshold NaN found, a number expected") }
                (column, left, right) = (splitColumn, splitLeft, splitRight)
            case .category(let splitColumn, let set, let splitLeft, let splitRight, _):
                guard ensemble.categorySets.indices.contains(set) else {
                    throw invalid(
                        index, "category set \(set) found, 0 to \(ensemble.categorySets.count - 1) expected")
                }
                (column, left, right) = (splitColumn, splitLeft, splitRight)
            }
            guard column >= 0, column < columnCount else {
                throw invalid(index, "column \(column) found, 0 to \(columnCount - 1) expected")
            }
            guard left > index, left < nodeCount, right > index, right < nodeCount else {
                let child = left > index && left < nodeCount ? right : left
                throw invalid(index, "child \(child) found, \(index + 1) to \(nodeCount - 1) expected")
            }
            guard !hasParent[left] else { throw invalid(left, "two parents found, one expected") }
            hasParent[left] = true
            guard !hasParent[right] else { throw invalid(right, "two parents found, one expected") }
            hasParent[right] = true
        }
    }
}
