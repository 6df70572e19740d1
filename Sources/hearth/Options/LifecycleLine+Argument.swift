import ArgumentParser
import HearthLifecycle

extension LifecycleLine.Texts: ExpressibleByArgument {}
