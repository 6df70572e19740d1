import HearthModel
import Testing

struct ZScoreFitTests {
    @Test func `standard takes the mean and the population deviation`() throws {
        let fit = try ZScore.fit(columns: [(1...12).map(Double.init)], method: .standard, threshold: 3)
        #expect(fit.centers == [6.5])
        #expect(fit.scales == [(143.0 / 12).squareRoot()])
        #expect(fit.threshold == 3)
    }

    @Test func `robust takes median and MAD, scaled to one deviation of a normal distribution`() throws {
        let fit = try ZScore.fit(columns: [(1...13).map(Double.init)], method: .robust, threshold: 3.5)
        #expect(fit.centers == [7])
        // Deviations 0 1 1 2 2 3 3 4 4 5 5 6 6: median 3.
        #expect(fit.scales == [3 / 0.6744897501960817])
    }

    @Test func `a MAD of 0 falls back to the mean absolute deviation`() throws {
        let values = [Double](repeating: 5, count: 11) + [17]
        let fit = try ZScore.fit(columns: [values], method: .robust, threshold: 3.5)
        #expect(fit.centers == [5])
        #expect(fit.scales == [1.253314 * (12.0 / 12)])
    }

    @Test(arguments: [ZScore.Method.standard, .robust])
    func `a constant column has scale 0`(method: ZScore.Method) throws {
        let fit = try ZScore.fit(columns: [[Double](repeating: 0.1, count: 12)], method: method, threshold: 3)
        #expect(fit.centers == [0.1])
        #expect(fit.scales == [0])
    }

    @Test func `NaN and infinite values are left out, and fewer than 12 others are refused`() throws {
        let values = (1...12).map(Double.init)
        let clean = try ZScore.fit(columns: [values], method: .robust, threshold: 3)
        #expect(try ZScore.fit(columns: [values + [.nan, .infinity]], method: .robust, threshold: 3) == clean)
        let error = #expect(throws: ModelError.self) {
            try ZScore.fit(columns: [values, Array(values.dropLast()) + [.nan]], method: .robust, threshold: 3)
        }
        #expect(error?.code == .insufficientData)
        #expect(error?.place == "column 1")
        #expect(error?.message == "11 finite values found, at least 12 expected")
    }

    @Test func `rows are fitted column by column`() throws {
        let rows = (1...12).flatMap { [Double($0), Double(10 * $0)] }
        let fit = try ZScore.fit(rows: rows, columnCount: 2, method: .standard, threshold: 3)
        #expect(fit.centers == [6.5, 65])
        #expect(throws: ModelError.self) { try ZScore.fit(rows: rows, columnCount: 5, method: .standard, threshold: 3) }
    }
}
