import Kernels
import Models
import Tensors
import Testing
import Tokenizers

@testable import Decoding

/// The same laws on trained models: one whose vocabulary puts a space in front and has no pieces, one
/// with a pattern that looks ahead.
@Suite("Bytes of real models") struct RealByteModelTests {
  private static let smollm2 = ModelPackage.named("smollm2-135m")?.installed

  /// The byte loss of a whole text with its end is the masked loss of its tokens.
  private func identity(_ model: ByteModel, _ text: String) throws -> (nats: Double, error: Double)
  {
    let bytes = Array(text.utf8)
    var reader = NextTokenReader(model)
    let ids = try model.tokenizer.encode(text)
    var tokens = 0.0
    for place in ids.indices {
      tokens -= try reader.scores(after: Array(ids[..<place])).score(of: ids[place])
    }
    tokens -= try reader.scores(after: ids).end
    let loss = try ByteLoss(model, text: bytes, countsEnd: true)
    return (loss.nats, abs(loss.nats - tokens))
  }

  /// Distributions sum to 1 and are the same from scratch at every place, also inside characters.
  private func places(_ model: ByteModel, _ text: String) throws -> Double {
    let bytes = Array(text.utf8)
    var state = try model.coverState(of: [])
    var worst = 0.0
    for place in bytes.indices {
      let next = try state.next()
      var fresh = try model.start(Array(bytes[..<place]))
      worst = max(worst, distance(next, try fresh.next()), abs(Sums.sum(next) - 1))
      try state.advance(bytes[place])
    }
    return worst
  }

  @Test(
    "stories260K: sums, covers from scratch, the identity of losses; the mask is the naive one",
    .enabled(if: Assets.present, "needs ../shared/assets"))
  func stories() throws {
    let model = try ByteModel(ModelLoader.load(path: Assets.path("models/stories260K")))
    #expect(try places(model, "On  a é\n\nt") < 1e-9)
    for text in ["Once, é", " a  s", "a\n\nb"] {
      let (nats, error) = try identity(model, text)
      #expect(error < 1e-9 * nats)
    }
    for text in ["", "On a ", "a\n"] {
      let ids = try model.tokenizer.encode(text)
      let naive = try model.continuations.ordinary.filter {
        try model.continuations.isBeginning(ids + [$0])
      }
      let allowed = try model.continuations.allowed(after: ids)
      #expect(allowed == naive && naive.count > 50)
    }
  }

  @Test(
    "SmolLM2: sums, covers from scratch, the identity of losses; some of the mask is the naive one",
    .enabled(if: smollm2 != nil, "needs model.install smollm2-135m"))
  func smolLM2() throws {
    let model = try ByteModel(ModelLoader.load(path: try #require(Self.smollm2)))
    #expect(try places(model, "Hi\n\né") < 1e-9)
    let (nats, error) = try identity(model, "Hi, you\n\n é")
    #expect(error < 1e-9 * nats)
    // Sure places cut the text; naively all of it is looked at.
    for text in ["The cat s", "The cat", "a\n\n"] {
      let ids = try model.tokenizer.encode(text)
      let allowed = Set(try model.continuations.allowed(after: ids))
      for id in stride(from: 17, to: model.continuations.ordinary.count, by: 97) {
        let token = model.continuations.ordinary[id]
        #expect(
          try model.continuations.isBeginning(ids + [token]) == allowed.contains(token))
      }
    }
  }
}
