import Models
import Tensors
import Tokenizers

/// Decoding whose first token is one of a few.
struct ConstrainedStart {
  let model: ByteModel
  /// What stands before the first token.
  let ids: [Int32]
  /// The tokens that may come first, and log p of each.
  let tokens: [(id: Int32, weight: Double)]

  /// Chooses the first token among those allowed, then goes on as ``Decoder`` does.
  ///
  /// - Parameter stream: the first token draws from its child "first", those after it from their
  ///   numbers' children.
  func decode(
    _ sampler: Sampler, _ stream: RandomStream, _ options: DecodingOptions,
    _ onToken: ((Int32) -> Void)?
  ) throws(DecodingError) -> DecodedText {
    let sorted = tokens.sorted { $0.id < $1.id }
    let total = LogSum.of(sorted.map(\.weight))
    var first = stream.child("first")
    guard options.maximum > 0,
      let chosen = sampler.choose(sorted.map { Float($0.weight - total) }, stream: &first)
    else {
      return DecodedText(
        promptIDs: model.context + ids, ids: [], text: "", logProbabilities: [],
        stopReason: .maximum)
    }
    let token = sorted[Int(chosen)]
    onToken?(token.id)
    var rest = options
    rest.maximum -= 1
    let decoded = try Decoder.decode(
      model.model, prompt: model.context + ids + [token.id], sampler: sampler, stream: stream,
      options: rest, onToken: onToken)
    let made = [token.id] + decoded.ids
    let place = model.text(of: ids, from: 0)?.utf8.count ?? 0
    return DecodedText(
      promptIDs: model.context + ids, ids: made, text: model.text(of: ids + made, from: place),
      logProbabilities: [Float(token.weight - total)] + decoded.logProbabilities,
      stopReason: decoded.stopReason)
  }
}
