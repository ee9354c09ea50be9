import Files
import Kernels
import Models

/// What pruning refuses, apart from its wording.
public enum PruningError: DescribedError, InterruptibleError, Equatable {
  case model(ModelError)
  /// A number of tokens to keep that there are not, or that what must stay exceeds.
  case budget(asked: Int, least: Int, available: Int)
  /// A share outside 0...1.
  case share(Double)

  public var code: String {
    switch self {
    case .model(let error): error.code
    case .budget: "E0670"
    case .share: "E0671"
    }
  }

  public var message: String {
    switch self {
    case .model(let error): error.message
    case .budget(let asked, let least, let available):
      "cannot keep \(asked) tokens: it must be \(least) to \(available)"
    case .share(let share): "the share to keep is \(share), it must be above 0 and at most 1"
    }
  }

  public var hint: String? { if case .model(let error) = self { error.hint } else { nil } }

  /// The request that stopped the work, if that is what happened.
  public var interruption: Interruption? {
    if case .model(.interrupted(let reason)) = self { reason } else { nil }
  }
}
