import Kernels
import Models

/// The perplexity of a text longer than a model's context, by windows that overlap.
///
/// The text is cut into windows that begin `stride` tokens apart; in each, the tokens that no window before
/// has scored are scored with all the window's earlier tokens in front. With the stride of a window no
/// token has more than its own window; smaller strides give more context and cost more.
public struct Perplexity: Sendable, Equatable {
  public let window: Int
  public let stride: Int
  /// The sum over the scored tokens, in nats.
  public let nats: Double
  /// The number of scored tokens: all but the first.
  public let tokens: Int
  /// The bytes of the text; nil where ids were given.
  public let bytes: Int?
  /// The number of windows.
  public let windows: Int

  public var mean: Double { nats / Double(tokens) }
  public var perplexity: Double { ElementaryFunction.exp(mean) }
  /// Bits a byte of text: comparable between vocabularies.
  public var bitsPerByte: Double? {
    bytes.flatMap { $0 > 0 ? nats / ElementaryFunction.log(2) / Double($0) : nil }
  }

  /// - Parameters:
  ///   - window: tokens a window; the model's context unless given.
  ///   - stride: tokens from one window to the next; a window's length unless given.
  /// - Throws: ``MeasureError/setting(name:value:range:)`` for a window that is longer than the context or
  ///   shorter than 2, or a stride outside 1...window.
  /// - Complexity: windows · one forward pass.
  public init(
    _ model: some LanguageModel, ids: [Int32], bytes: Int? = nil, window: Int? = nil,
    stride: Int? = nil, onWindow: ((Int) -> Void)? = nil
  ) throws(MeasureError) {
    let window = window ?? model.contextLength
    let stride = stride ?? window
    guard (2...max(model.contextLength, 2)).contains(window) else {
      throw .setting(
        name: "window", value: window, range: "2 to the model's context of \(model.contextLength)")
    }
    guard (1...window).contains(stride) else {
      throw .setting(name: "stride", value: stride, range: "1 to the window of \(window)")
    }
    var sum: [Double] = []
    var (begin, scored, windows) = (0, 1, 0)
    do throws(ModelError) {
      while scored < ids.count {
        let end = min(begin + window, ids.count)
        let part = Array(ids[begin..<end])
        let losses = try TokenLoss.nats(model, ids: part, from: max(scored - begin, 1))
        sum += losses.map(Double.init)
        windows += 1
        onWindow?(end)
        // A token that begins a window is scored by none: the one before it ends there.
        (scored, begin) = (end, begin + stride)
        if begin >= scored { begin = scored - 1 }
      }
      if sum.isEmpty { throw .noTokens(operation: "a perplexity") }
    } catch { throw .model(error) }
    (self.window, self.stride, self.windows) = (window, stride, windows)
    (tokens, self.bytes) = (sum.count, bytes)
    nats = Sums.sum(sum)
  }
}
