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
        guard leafValues.areFinite, !single || leafValues.allSatisfy({ Float($0).isFinite }) else {
            throw .invalid(place, "a leaf value that is not finite found")
        }
        let problem = nodes.problem(
            columnCount: columns?.count ?? ensemble.columnCount, leafRowCount: leafValues.count / width,
            categorySetCount: ensemble.categorySets.count)
        if let problem {
            throw .invalid("\(place) node \(problem.node)", "\(problem.found) found, \(problem.expected) expected")
        }
    }
}

extension [Double] {
    /// Whether none is infinite or NaN; one flag for all keeps the loop free of branches.
    package var areFinite: Bool {
        var areFinite = true
        for value in self { areFinite = value.isFinite && areFinite }
        return areFinite
    }
}
