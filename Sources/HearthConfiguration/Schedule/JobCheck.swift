/// What is wrong with a job as a whole: keys that each are fine and do not fit together.
enum JobCheck {
    /// Each problem with its mend.
    static func problems(of job: ScheduleJob) -> [(message: String, hint: String)] {
        var problems: [(message: String, hint: String)] = []
        if job.symbol == nil || job.timeframe == nil {
            let missing = job.symbol == nil ? "symbol" : "timeframe"
            problems.append(("the job has no '\(missing)'", "give it here, or for all jobs under market:"))
        }
        let windows = [job.trainStart, job.trainEnd, job.testStart, job.testEnd]
        if job.lookbackDays != nil {
            if windows.contains(where: { $0 != nil }) {
                problems.append(
                    ("both lookback_days and fixed windows found", "keep lookback_days, or train_start and train_end"))
            }
        } else {
            problems += windowProblems(of: job)
        }
        return problems
    }

    private static func windowProblems(of job: ScheduleJob) -> [(message: String, hint: String)] {
        guard let start = job.trainStart, let end = job.trainEnd else {
            return [("neither lookback_days nor train_start with train_end found", "such as lookback_days: 180")]
        }
        var problems: [(message: String, hint: String)] = []
        if start >= end {
            problems.append(("train_start is not before train_end", "swap them"))
        }
        switch (job.testStart, job.testEnd) {
        case (nil, nil): break
        case (let testStart?, let testEnd?):
            if testStart >= testEnd { problems.append(("test_start is not before test_end", "swap them")) }
            if testStart < end {
                problems.append(
                    (
                        "test_start is before train_end",
                        "what was learned from cannot be tested on; begin the test later"
                    ))
            }
        case (nil, _?), (_?, nil):
            problems.append(("only one of test_start and test_end found", "give both"))
        }
        return problems
    }
}
