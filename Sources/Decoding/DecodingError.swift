import Files
import Kernels
import Models

/// What decoding refuses, apart from its wording.
public enum DecodingError: DescribedError, InterruptibleError, Equatable {
  case model(ModelError)
  /// A setting outside its range.
  case setting(name: String, value: Double, range: String)

  public var code: String {
    switch self {
    case .model(let error): error.code
    case .setting: "E0650"
    }
  }

  public var message: String {
    switch self {
    case .model(let error): error.message
    case .setting(let name, let value, let range): "\(name) is \(value), it must be \(range)"
    }
  }

  public var hint: String? { if case .model(let error) = self { error.hint } else { nil } }

  /// The request that stopped the work, if that is what happened.
  public var interruption: Interruption? {
    if case .model(.interrupted(let reason)) = self { reason } else { nil }
  }
}
