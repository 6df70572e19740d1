import ArgumentParser
import HearthTraining

enum MethodArgument: String, ExpressibleByArgument, CaseIterable {
    case standard, robust
}

/// `auto` or a share.
struct ContaminationArgument: ExpressibleByArgument {
    var value: IsolationForestParameters.Contamination

    init(value: IsolationForestParameters.Contamination) {
        self.value = value
    }

    init?(argument: String) {
        if argument == "auto" {
            value = .auto
        } else if let fraction = Double(argument) {
            value = .fraction(fraction)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String {
        switch value {
        case .auto: "auto"
        case .fraction(let fraction): String(fraction)
        }
    }
}

/// A whole number of columns, or a share of them (with a decimal point), as scikit-learn tells them apart.
struct MaxFeaturesArgument: ExpressibleByArgument {
    var value: IsolationForestParameters.MaxFeatures

    init?(argument: String) {
        if let count = Int(argument) {
            value = .count(count)
        } else if let fraction = Double(argument) {
            value = .fraction(fraction)
        } else {
            return nil
        }
    }
}
