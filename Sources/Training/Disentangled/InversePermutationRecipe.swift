import Tensors

/// How a network for inverse permutations begins, and what moves it.
public enum InversePermutationRecipe: String, Sendable, CaseIterable {
  /// Adam on the mean squared error of an element, from weights of N(0, 0.01²).
  case adam
  /// The paper's (arXiv 2509.24125): plain gradient descent on the squared error of a row, from zero, each
  /// element of the gradient kept within ±1.
  case sgd

  /// The standard deviation of the first weights.
  var deviation: Double { self == .adam ? 0.01 : 0 }

  /// The greatest learning rate unless another is asked for; it falls along half a cosine to 0.
  public var rate: Double { self == .adam ? 0.02 : 1 }

  var optimizer: any DescribedOptimizer {
    switch self {
    case .adam: Tensors.AdamW(weightDecay: 0)
    case .sgd: SGD(elementLimit: 1)
    }
  }

  /// How many elements' errors are added up to what the loss is the mean of.
  func elements(inRowOf size: Int) -> Int { self == .adam ? 1 : size }
}
