import Kernels

/// How the learning rate goes from step to step: a linear warm-up to the peak, then a course.
public struct LearningRate: Sendable, Equatable {
  public enum Course: Sendable, Equatable {
    case constant
    /// Straight down to the floor at the last step.
    case linear
    /// Half a cosine down to the floor at the last step.
    case cosine
    /// peak · sqrt(warm-up / step).
    case inverseSquareRoot
    /// Constant, then over the last steps straight down to the floor (S. Hu et al., arXiv 2404.06395).
    case stableThenDecay(steps: Int)
  }

  public var peak: Double
  public var course: Course
  /// The steps of the warm-up; the last of them has the peak.
  public var warmUp: Int
  public var steps: Int
  /// The share of the peak that is left at the end.
  public var floor: Double

  public init(
    peak: Double, course: Course = .constant, warmUp: Int = 0, steps: Int, floor: Double = 0
  ) {
    (self.peak, self.course, self.warmUp) = (peak, course, warmUp)
    (self.steps, self.floor) = (steps, floor)
  }

  /// The rate of a step, `1...steps`; later steps have the last one's (of an inverse square root: their
  /// own).
  public func rate(at step: Int) -> Double {
    if step <= warmUp { return peak * Double(step) / Double(max(warmUp, 1)) }
    let share = min(Double(step - warmUp) / Double(max(steps - warmUp, 1)), 1)
    switch course {
    case .constant: return peak
    case .linear: return peak * (floor + (1 - floor) * (1 - share))
    case .cosine:
      let wave = (1 + ElementaryFunction.cos(Double.pi * share)) / 2
      return peak * (floor + (1 - floor) * wave)
    case .inverseSquareRoot:
      return peak * (Double(max(warmUp, 1)) / Double(step)).squareRoot()
    case .stableThenDecay(let decay):
      let left = Double(max(steps - step, 0)) / Double(max(decay, 1))
      return peak * (floor + (1 - floor) * min(left, 1))
    }
  }
}
