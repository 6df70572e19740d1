import HearthArtifacts
import HearthKernels
import HearthModel
import Testing

/// One thing wrong with a small model written by hand: what the message says of it.
struct BoosterDamageTests {
    /// One tree: column 1 < 0.5 ? 1 : (category of column 0 in {1, 33} ? 3 : 2), in XGBoost's own directions.
    static let xgboost = """
        {"learner":{"attributes":{"best_iteration":"0"},"feature_names":["a","b"],"feature_types":["c","q"],\
        "gradient_booster":{"model":{"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"1"},"tree_info":[0],\
        "trees":[{"categories":[1,33],"categories_nodes":[2],"categories_segments":[0],"categories_sizes":[2],\
        "default_left":[1,0,0,0,0],"id":0,"left_children":[1,-1,3,-1,-1],"right_children":[2,-1,4,-1,-1],\
        "split_conditions":[5E-1,1E0,0E0,2E0,3E0],"split_indices":[1,0,0,0,0],"split_type":[0,0,1,0,0],\
        "tree_param":{"num_nodes":"5","size_leaf_vector":"1"}}]},"name":"gbtree"},\
        "learner_model_param":{"base_score":"5E-1","num_class":"0","num_feature":"2","num_target":"1"},\
        "objective":{"name":"reg:squarederror"}},"version":[2,1,4]}
        """

    /// The same in LightGBM's words, missing values as 0: column 1 <= 0.5 ? 1 : (column 0 in {1, 33} ? 3 : 2).
    static let lightGBM = """
        tree
        version=v4
        num_class=1
        num_tree_per_iteration=1
        label_index=0
        max_feature_idx=1
        objective=regression
        feature_names=a b
        feature_infos=none none
        tree_sizes=1

        Tree=0
        num_leaves=3
        num_cat=1
        split_feature=1 0
        threshold=0.5 0
        decision_type=0 1
        left_child=-1 -3
        right_child=1 -2
        leaf_value=1 2 3
        cat_boundaries=0 2
        cat_threshold=2 2
        is_linear=0
        shrinkage=1

        end of trees
        """

    private func model(_ text: String) throws(ArtifactError) -> BoosterModel {
        try BoosterConverter.model(Array(text.utf8), path: "m")
    }

    private func replaced(_ text: String, _ old: String, _ new: String) throws -> String {
        let range = try #require(text.firstRange(of: old), "\(old) is in the model")
        var result = text
        result.replaceSubrange(range, with: new)
        return result
    }

    @Test func `the models are sound as they stand`() throws {
        let rows: [Double] = [1, 0, 33, 0.5, 32, 0.5, 1, .nan, .nan, 9, -1, 9]
        let xgboost = try model(Self.xgboost)
        #expect(
            try ServableModel(PackedModel.pack(xgboost.definition)).outputs(of: rows) == [1.5, 3.5, 2.5, 1.5, 3.5, 2.5])
        #expect(
            xgboost.facts
                == BoosterFacts(
                    format: .xgboostJSON, version: "2.1.4", booster: "gbtree", objective: "reg:squarederror",
                    columnCount: 2, featureNames: ["a", "b"], treeCount: 1, usedTreeCount: 1))
        #expect(xgboost.definition.signature.columnNames == ["a", "b"])
        let lightGBM = try model(Self.lightGBM)
        #expect(try ServableModel(PackedModel.pack(lightGBM.definition)).outputs(of: rows) == [1, 1, 1, 1, 2, 2])
        #expect(lightGBM.facts.format == .lightGBMText && lightGBM.facts.version == "v4")
    }

    @Test(arguments: [
        ("\"left_children\":[1,-1,3", "\"left_children\":[5,-1,3", "child 5 of tree 0 node 0 found, a node of its own"),
        ("\"left_children\":[1,-1,3", "\"left_children\":[0,-1,3", "child 0 of tree 0 node 0 found, a node of its own"),
        ("\"left_children\":[1,-1,3", "\"left_children\":[2,-1,3", "child 2 of tree 0 node 0 found, a node of its own"),
        ("\"left_children\":[1,-1,3", "\"left_children\":[1,-1,0", "child 0 of tree 0 node 2 found, a node of its own"),
        ("\"right_children\":[2,", "\"right_children\":[-1,", "child -1 of tree 0 node 0 found, a node of its own"),
        (
            "\"left_children\":[1,", "\"left_children\":[1.5,",
            "1.5 at learner.gradient_booster.model.trees[0].left_children[0]"
        ),
        (
            "\"left_children\":[1,-1", "\"left_children\":[1,-2",
            "-2.0 at learner.gradient_booster.model.trees[0].left_children[1]"
        ),
        (
            "\"left_children\":[1,-1,", "\"left_children\":[1,",
            "4 values of learner.gradient_booster.model.trees[0].left_children"
        ),
        (
            "\"left_children\":[1,-1,3,-1,-1]", "\"left_children\":\"x\"",
            "'x' at learner.gradient_booster.model.trees[0].left_children"
        ),
        ("\"left_children\":", "\"left\":", "no key 'left_children' found in learner.gradient_booster.model.trees[0]"),
        ("\"split_indices\":[1,", "\"split_indices\":[2,", "column 2 at tree 0 node 0 found, 0 to 1 expected"),
        ("\"split_conditions\":[5E-1", "\"split_conditions\":[NaN", "tree 0 node 0: threshold NaN found"),
        (
            "\"split_conditions\":[5E-1,1E0", "\"split_conditions\":[5E-1,1E99",
            "tree 0: a leaf value that is not finite"
        ),
        (
            "\"split_conditions\":[5E-1,1E0", "\"split_conditions\":[5E-1,{}",
            "'{' found, a number, as before it expected"
        ),
        ("\"tree_info\":[0]", "\"tree_info\":[1]", "1.0 at learner.gradient_booster.model.tree_info[0] found"),
        ("\"tree_info\":[0]", "\"tree_info\":[0,0]", "2 values of learner.gradient_booster.model.tree_info found, 1"),
        (
            "\"categories_sizes\":[2]", "\"categories_sizes\":[3]",
            "3.0 at learner.gradient_booster.model.trees[0].categories"
        ),
        ("\"categories_segments\":[0]", "\"categories_segments\":[1]", "categories 1 to 3 of node 2"),
        ("\"categories_nodes\":[2]", "\"categories_nodes\":[1]", "no categories of tree 0 node 2 found"),
        ("\"categories\":[1,33]", "\"categories\":[1,3000000]", "3000000.0 at learner.gradient_booster.model.trees[0]"),
        (
            "\"best_iteration\":\"0\"", "\"best_iteration\":\"7\"",
            "8 rounds of 1 trees to use found, at most the 1 trees"
        ),
        ("\"best_iteration\":\"0\"", "\"best_iteration\":\"-1\"", "'-1' at learner.attributes.best_iteration found"),
        (
            "\"num_feature\":\"2\"", "\"num_feature\":\"0\"",
            "0 columns found at learner.learner_model_param, 1 or more expected"
        ),
        (
            "\"num_feature\":\"2\"", "\"num_feature\":\"99999999999999999999\"",
            "'99999999999999999999' at learner.learner"
        ),
        ("\"base_score\":\"5E-1\"", "\"base_score\":\"[5E-1,1]\"", "2 base scores found, 1 or 1 expected"),
        ("\"base_score\":\"5E-1\"", "\"base_score\":\"\"", "base score '' found, a number expected"),
        ("\"base_score\":\"5E-1\"", "\"base_score\":\"nan\"", "base score 'nan' found, a number expected"),
        (
            "\"id\":0", "\"id\":0,\"split_type\":[]",
            "key 'split_type' of learner.gradient_booster.model.trees[0] found twice"
        ),
        ("\"name\":\"reg:squarederror\"", "\"name\":7", "7.0 at learner.objective.name found, a text expected"),
        ("\"version\":[2,1,4]}", "\"version\":[2,1,4]},", "1 bytes after the end found"),
        ("\"version\":[2,1,4]", "\"version\":[2,1]", "2 values of version found, 3 expected"),
    ])
    func `what is wrong with an XGBoost model is named`(old: String, new: String, start: String) throws {
        let text = try replaced(Self.xgboost, old, new)
        let error = #expect(throws: ArtifactError.self) { try model(text) }
        #expect(error?.code == .corrupt)
        #expect(error?.message.hasPrefix(start) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        ("\"version\":[2,1,4]", "\"version\":[1,2,0]", "a model of XGBoost 1.2.0 found, 1.4 or later expected"),
        ("\"version\":[2,1,4]", "\"version\":[4,0,0]", "a model of XGBoost 4.0.0 found, at most 3 is known"),
        ("\"version\":[2,1,4]", "\"version\":[1,5,2]", "categorical splits of XGBoost 1.5 found"),
        ("reg:squarederror", "survival:old", "objective 'survival:old' found, one of"),
        ("\"name\":\"gbtree\"", "\"name\":\"gbforest\"", "booster 'gbforest' found, one of gbtree, dart and gblinear"),
        ("\"size_leaf_vector\":\"1\"", "\"size_leaf_vector\":\"2\"", "leaves of 2 values (multi_output_tree)"),
        (",\"num_trees\":\"1\"},\"tree_info\"", "},\"tree_info\"", ""),
        ("{\"num_parallel_tree\":\"1\",", "{", "1 rounds to use but no num_parallel_tree found, both expected"),
    ])
    func `what of XGBoost is not computed is named`(old: String, new: String, start: String) throws {
        let text = try replaced(Self.xgboost, old, new)
        guard !start.isEmpty else {
            _ = try model(text)
            return
        }
        let error = #expect(throws: ArtifactError.self) { try model(text) }
        #expect(error?.code == .unsupportedVersion)
        #expect(error?.message.hasPrefix(start) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        ("left_child=-1", "left_child=-4", "'-4' as left_child of tree 0 found, a whole number from -3 to 1 expected"),
        ("left_child=-1", "left_child=0", "child 0 of tree 0 node 0 found, a node of its own expected"),
        ("left_child=-1", "left_child=1", "child 1 of tree 0 node 0 found, a node of its own expected"),
        ("left_child=-1", "left_child=-2", "child -2 of tree 0 node 1 found, a node of its own expected"),
        ("left_child=-1 -3", "left_child=-1", "2 bytes of left_child of tree 0 found, 2 values expected"),
        ("left_child=-1 -3", "left_child=-1 -3 -2", "more than 2 values of left_child of tree 0 found, 2 expected"),
        ("left_child=-1 -3", "left=-1 -3", "no line 'left_child=' of tree 0 found, one expected"),
        ("split_feature=1", "split_feature=2", "'2' as split_feature of tree 0 found, a whole number from 0 to 1"),
        ("threshold=0.5", "threshold=nan", "'nan' as threshold of tree 0 found, a number expected"),
        ("threshold=0.5", "threshold=0x1", "'0x1' as threshold of tree 0 found, a number expected"),
        ("threshold=0.5 0", "threshold=0.5 1", "categorical set 1.0 of tree 0 node 1 found, 0 to 0 expected"),
        ("threshold=0.5 0", "threshold=0.5 0.5", "categorical set 0.5 of tree 0 node 1 found, 0 to 0 expected"),
        ("leaf_value=1 2 3", "leaf_value=1 2 1e999", "tree 0: a leaf value that is not finite found"),
        ("decision_type=0 1", "decision_type=12 1", "'12' as decision_type of tree 0 found"),
        ("cat_boundaries=0 2", "cat_boundaries=1 2", "cat_boundaries of tree 0 out of order found"),
        ("cat_boundaries=0 2", "cat_boundaries=0 9999", "3 bytes of cat_threshold of tree 0 found, 9999 values"),
        ("cat_threshold=2 2", "cat_threshold=2 4294967296", "'4294967296' as cat_threshold of tree 0 found"),
        ("num_leaves=3", "num_leaves=200000000", "5 bytes of leaf_value of tree 0 found, 200000000 values expected"),
        ("num_leaves=3", "num_leaves=0", "no leaves of tree 0 found"),
        ("num_leaves=3", "num_leaves=3\nnum_leaves=3", "key 'num_leaves' of tree 0 found twice, one expected"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=2", "1 trees found, a multiple of 2 expected"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=0", "0 trees of a round found, 1 or more expected"),
        ("max_feature_idx=1", "max_feature_idx=70000", "'70000' as max_feature_idx of the header found"),
        (
            "objective=regression", "objective=binary sigmoid:-1",
            "sigmoid '-1' of the objective found, a number above 0"
        ),
        (
            "objective=regression", "objective=multiclass num_class:3",
            "1 trees of a round for objective 'multiclass' found"
        ),
    ])
    func `what is wrong with a LightGBM model is named`(old: String, new: String, start: String) throws {
        let text = try replaced(Self.lightGBM, old, new)
        let error = #expect(throws: ArtifactError.self) { try model(text) }
        #expect(error?.code == .corrupt)
        #expect(error?.message.hasPrefix(start) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        ("version=v4", "version=v2", "version 'v2' found, v3 or v4 expected"),
        ("is_linear=0", "is_linear=1", "linear models in the leaves (linear_tree) of tree 0 found"),
        ("objective=regression", "objective=unheard_of", "objective 'unheard_of' found, one of those"),
    ])
    func `what of LightGBM is not computed is named`(old: String, new: String, start: String) throws {
        let text = try replaced(Self.lightGBM, old, new)
        let error = #expect(throws: ArtifactError.self) { try model(text) }
        #expect(error?.code == .unsupportedVersion)
        #expect(error?.message.hasPrefix(start) == true, "\(error?.message ?? "")")
    }

    @Test func `an error names the file, the place, what was found and the mend`() throws {
        let text = try replaced(Self.lightGBM, "split_feature=1", "split_feature=x")
        let error = #expect(throws: ArtifactError.self) { try model(text) }
        #expect(
            error.map { "\($0)" }
                == "m@206: 'x' as split_feature of tree 0 found, a whole number from 0 to 1 expected; the file is "
                + "damaged; save the model again")
    }

    @Test func `sets of categories are bounded over all trees`() throws {
        // Each of 300 trees asks for 256 KiB by one number.
        let start = try #require(Self.xgboost.firstRange(of: "{\"categories\""))
        let end = try #require(Self.xgboost.firstRange(of: "]},\"name\":\"gbtree\""))
        let tree = try replaced(
            String(Self.xgboost[start.lowerBound..<end.lowerBound]), "[1,33]", "[1,2097151]")
        var text = Self.xgboost
        text.replaceSubrange(
            start.lowerBound..<end.lowerBound, with: Array(repeating: tree, count: 300).joined(separator: ","))
        text = try replaced(
            text, "\"tree_info\":[0]", "\"tree_info\":[\(Array(repeating: "0", count: 300).joined(separator: ","))]")
        text = try replaced(text, "\"best_iteration\":\"0\"", "\"x\":\"0\"")
        let error = #expect(throws: ArtifactError.self) { try model(text) }
        #expect(error?.code == .tooLarge)
    }
}
