import Files
import Kernels
import Models
import Tokenizers

/// What decoding refuses, apart from its wording.
public enum DecodingError: DescribedError, InterruptibleError, Equatable {
  case model(ModelError)
  /// A setting outside its range.
  case setting(name: String, value: Double, range: String)
  /// Nothing can stand before a text's first token, so that it has no probability.
  case noBeginning(model: String)
  /// The vocabulary does not give a text back as it was; the place is the first byte that differs.
  case notEncodable(place: Int, tokenizer: String)
  /// No tokens of the model go on with this byte.
  case impossibleByte(byte: UInt8, place: Int, model: String)
  /// Models that cannot be averaged with these weights.
  case ensemble(reason: String)

  /// What a tokenizer refuses; an interruption stays one.
  init(_ error: TokenizerError) {
    if case .interrupted(let reason) = error {
      self = .model(.interrupted(reason))
    } else {
      self = .model(.tokenizer(error))
    }
  }

  public var code: String {
    switch self {
    case .model(let error): error.code
    case .setting: "E0650"
    case .noBeginning: "E0651"
    case .notEncodable: "E0652"
    case .impossibleByte: "E0653"
    case .ensemble: "E0654"
    }
  }

  public var message: String {
    switch self {
    case .model(let error): error.message
    case .setting(let name, let value, let range): "\(name) is \(value), it must be \(range)"
    case .noBeginning(let model):
      "'\(model)' has neither BOS nor EOS, so nothing can stand before the first token of a text"
    case .notEncodable(let place, let tokenizer):
      "'\(tokenizer)' does not give the text back as it was, from byte \(place) on"
    case .impossibleByte(let byte, let place, let model):
      "no tokens of '\(model)' go on with the byte \(byte) at place \(place)"
    case .ensemble(let reason): "the models cannot be averaged: \(reason)"
    }
  }

  public var hint: String? {
    switch self {
    case .model(let error): error.hint
    case .noBeginning: "take a model whose configuration names one of them"
    case .notEncodable: "probabilities of bytes need a vocabulary that loses nothing"
    case .impossibleByte: "a vocabulary over bytes has tokens for all of them"
    case .setting, .ensemble: nil
    }
  }

  /// The request that stopped the work, if that is what happened.
  public var interruption: Interruption? {
    if case .model(.interrupted(let reason)) = self { reason } else { nil }
  }
}
