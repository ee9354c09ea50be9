import Files
import Kernels
import Models
import Tensors

/// What looking inside a model refuses, apart from its wording.
public enum TracingError: DescribedError, InterruptibleError, Equatable {
  case model(ModelError)
  /// A setting outside its range.
  case setting(name: String, value: String, range: String)
  /// Prompts of different lengths, where positions are to be compared.
  case lengths(clean: Int, corrupted: Int)

  public var code: String {
    switch self {
    case .model(let error): error.code
    case .setting: "E0690"
    case .lengths: "E0691"
    }
  }

  public var message: String {
    switch self {
    case .model(let error): error.message
    case .setting(let name, let value, let range): "\(name) is \(value), it must be \(range)"
    case .lengths(let clean, let corrupted):
      "the clean prompt has \(clean) tokens and the corrupted one \(corrupted)"
    }
  }

  public var hint: String? {
    switch self {
    case .model(let error): error.hint
    case .setting: nil
    case .lengths: "choose words that are as many tokens, so that positions mean the same"
    }
  }

  public var interruption: Interruption? {
    if case .model(let error) = self { error.interruption } else { nil }
  }

  init(cause: any Error) {
    switch cause {
    case let error as TracingError: self = error
    case let error as ModelError: self = .model(error)
    case let error as TensorError: self = .model(.tensor(error))
    case let error as KernelError: self = .model(.kernel(error))
    default: self = .model(.input(reason: "\(cause)"))
    }
  }
}
