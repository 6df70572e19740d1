import Foundation
import HearthKernels
import HearthModel
import Testing

/// The kernels against scikit-learn itself, bit for bit: every row and output of ten fitted models of the corpus, rows
/// on and beside thresholds, both zeros, NaN and 3e38 among them.
struct ScikitLearnTests {
    @Test(arguments: [
        "iforest_auto", "iforest_contam", "pipe_impute_scale_iforest", "rf_clf_iris", "rf_reg", "dt_clf_nan", "gb_reg",
        "gb_clf_bin", "hgb_clf", "hgb_reg",
    ])
    func `scikit-learn's outputs are reproduced to the last bit`(name: String) throws {
        let fixture = try ScikitLearnFixture.load(name)
        let model = try ServableModel(fixture.definition)
        let rowCount = fixture.rows.count / fixture.inputCount
        let whole = try model.predict(fixture.rows)
        let single = try model.predict(fixture.rows, ranges: (0..<rowCount).map { $0..<$0 + 1 })
        var start = 0
        for output in model.outputs {
            let expected = try #require(fixture.outputs[output.name]).doubles
            let range = start..<start + rowCount * output.width
            #expect(bits(Array(whole[range])) == bits(expected), "\(output.name) in a batch")
            #expect(bits(Array(single[range])) == bits(expected), "\(output.name) row by row")
            start = range.upperBound
        }
        #expect(Set(model.outputs.map(\.name)) == Set(fixture.outputs.keys))
    }
}
