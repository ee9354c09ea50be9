import Files
import Kernels
import Models
import Tokenizers

/// What a measurement refuses, apart from its wording.
public enum MeasureError: DescribedError, InterruptibleError, Equatable {
  case model(ModelError)
  case tokenizer(TokenizerError)
  /// A setting outside its range.
  case setting(name: String, value: Int, range: String)
  /// Nothing to measure.
  case empty(measure: String)

  public var code: String {
    switch self {
    case .model(let error): error.code
    case .tokenizer(let error): error.code
    case .setting: "E0680"
    case .empty: "E0681"
    }
  }

  public var message: String {
    switch self {
    case .model(let error): error.message
    case .tokenizer(let error): error.message
    case .setting(let name, let value, let range): "\(name) is \(value), it must be \(range)"
    case .empty(let measure): "\(measure) of nothing has no value"
    }
  }

  public var hint: String? {
    switch self {
    case .model(let error): error.hint
    case .tokenizer(let error): error.hint
    default: nil
    }
  }

  /// The request that stopped the work, if that is what happened.
  public var interruption: Interruption? {
    switch self {
    case .model(.interrupted(let reason)): reason
    case .tokenizer(.interrupted(let reason)): reason
    default: nil
    }
  }
}
