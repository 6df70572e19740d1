import HearthArtifacts
import HearthCore
package import HearthMarket

/// The strategy of one symbol and timeframe: computes the features of the model that decides, asks it, and judges the
/// answer (R156-R158).
///
/// The model is one object (``StrategyModel``) that changes only at the beginning of a decision: when another one has
/// gone into production the features are set up anew from kept bars where they differ, and the new model is asked by
/// its id, so that exactly one model decides a bar.
package struct MLSignalStrategy {
    package let symbol: String
    package let timeframe: Timeframe
    /// The model of the last decision, or the one that is to make the first.
    package private(set) var model: StrategyModel?
    private var pipeline: FeaturePipeline?
    private var history = BarHistory()

    /// A strategy that has seen nothing and knows no model.
    package init(symbol: String, timeframe: Timeframe) {
        self.symbol = symbol
        self.timeframe = timeframe
    }

    /// What a bar came to.
    struct Judgement {
        /// What speaks against a position.
        var reasons: [EngineReason] = []
        /// The first of them in words; nil when there is none.
        var problem: String?
        /// The model that answered; nil when none did.
        var model: StrategyModel?
        var featuresHash: String?
        var answer: ScoredRow?
        /// What the model's rule makes of the answer, whatever ``reasons`` say.
        var wanted = Position.flat

        /// A bar that was not looked at.
        init() {}

        /// Notes what speaks against a position.
        mutating func add(_ reason: EngineReason, _ words: @autoclosure () -> String) {
            reasons.append(reason)
            if problem == nil { problem = words() }
        }
    }

    /// Takes the next bar into the features.
    package mutating func push(_ bar: Bar) {
        history.append(bar)
        pipeline?.push(bar)
    }

    /// Takes a model before the first bar, so that its features see all bars.
    ///
    /// Throws ``ScoringFailure`` when it is for another market or has features that cannot be computed.
    package mutating func adopt(_ next: StrategyModel) throws(ScoringFailure) {
        guard Self.slug(next.card.symbol) == Self.slug(symbol), next.card.timeframe == timeframe else {
            throw ScoringFailure(
                .modelUnusable,
                "'\(next.modelID)' was trained on \(next.card.symbol) \(next.card.timeframe), this engine runs on "
                    + "\(symbol) \(timeframe)")
        }
        if pipeline == nil || model?.schemaHash != next.schemaHash {
            do throws(MarketError) {
                var fresh = try FeaturePipeline(next.card.schema)
                // A row depends on the bars of the warm-up alone, so the new features are those of a pipeline that
                // has seen everything.
                for bar in history.suffix(fresh.warmUpBarCount) { fresh.push(bar) }
                pipeline = fresh
            } catch {
                throw ScoringFailure(.schemaMismatch, "the features of '\(next.modelID)' cannot be computed: \(error)")
            }
        }
        model = next
    }

    /// Decides on the bar that was pushed last.
    ///
    /// - Parameters:
    ///   - closeTime: of that bar.
    ///   - remaining: the time left until the deadline; zero or less when it has passed.
    mutating func judge(
        closeTime: Timestamp, limits: LiveLimits, by scorer: any Scorer, remaining: () -> Duration
    ) -> Judgement {
        var judgement = Judgement()
        do throws(ScoringFailure) {
            let row = try ask(scorer, &judgement, remaining)
            check(row, closeTime, limits, &judgement)
        } catch {
            judgement.add(error.reason, error.message)
        }
        if remaining() <= .zero, !judgement.reasons.contains(where: { $0 == .deadlineMissed || $0 == .barLate }) {
            judgement.add(.deadlineMissed, "the decision came after its deadline")
        }
        return judgement
    }

    /// Has the bar scored by exactly one model; the row that it saw.
    private mutating func ask(
        _ scorer: any Scorer, _ judgement: inout Judgement, _ remaining: () -> Duration
    ) throws(ScoringFailure) -> [Double] {
        guard remaining() > .zero else {
            throw ScoringFailure(.barLate, "the bar came after its deadline")
        }
        if model == nil || pipeline?.isWarm != true { try adopt(scorer.model(within: remaining())) }
        var (asked, row) = try warmRow()
        var outcome = try scorer.score(row, by: asked, exactly: false, within: remaining())
        if case .switched(let next) = outcome {
            try adopt(next)
            (asked, row) = try warmRow()
            outcome = try scorer.score(row, by: asked, exactly: true, within: remaining())
        }
        guard case .scored(let answer) = outcome else {
            throw ScoringFailure(.scoringFailed, "'\(asked.modelID)' was asked and another model answered")
        }
        if answer.generation != asked.generation {
            asked = asked.with(generation: answer.generation)
            model = asked
        }
        judgement.model = asked
        judgement.answer = answer
        judgement.featuresHash = Self.hash(of: row)
        judgement.wanted = asked.card.decision.position(for: answer.score)
        return row
    }

    private func warmRow() throws(ScoringFailure) -> (StrategyModel, [Double]) {
        guard let model, let pipeline, pipeline.isWarm else {
            throw ScoringFailure(.featuresWarming, "the features need \(pipeline?.warmUpBarCount ?? 0) bars")
        }
        return (model, pipeline.values)
    }

    private func check(
        _ row: [Double], _ closeTime: Timestamp, _ limits: LiveLimits, _ judgement: inout Judgement
    ) {
        guard let model = judgement.model, let answer = judgement.answer else { return }
        if !answer.score.isFinite { judgement.add(.scoreNotFinite, "'\(model.modelID)' answers \(answer.score)") }
        if limits.isOutOfRange(row, model.card.ranges) {
            judgement.add(
                .featuresOutOfRange, "the row lies outside what '\(model.modelID)' was trained on")
        }
        if let ageMax = limits.modelAgeMax, model.age(at: closeTime) > ageMax {
            judgement.add(
                .modelTooOld,
                "'\(model.modelID)' was trained up to \(model.card.lastTrained.iso8601), more than "
                    + "\(ageMax.components.seconds) s before the bar; train a new one")
        }
    }

    /// `BTC/USDT` and `BTC-USDT` are one symbol, as they are in a model's name.
    private static func slug(_ symbol: String) -> String {
        String(symbol.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" })
    }

    /// The SHA-256 of the values as little-endian doubles; nil where the machine has no SHA-256.
    static func hash(of row: [Double]) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(row.count * 8)
        for value in row {
            let bits = value.bitPattern
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        guard let digest = try? SHA256Hasher.digest(of: bytes, subject: "row of features") else { return nil }
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * SHA256Digest.byteCount)
        for byte in digest.bytes {
            for digit in [byte >> 4, byte & 15] { digits.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
