/// Some of a network's layers, by name: those that keep attention where a ``TokenMixer`` takes the others.
/// The words count layers from 1, as arXiv 2510.11602 does: the first is an odd one.
public enum MixingPattern: String, Sendable, CaseIterable {
  /// None.
  case uniform
  /// The second, the fourth and so on.
  case even
  /// The first, the third and so on.
  case odd
  /// The half next to the scores, the half in the middle, the half next to the input.
  case top, middle, bottom
  case first, last
  /// Every fourth.
  case quarter
  /// The first and the last.
  case bilateral

  /// Whether a layer, counted from 0, is one of them.
  public func contains(_ layer: Int, of layers: Int) -> Bool {
    let half = layers / 2
    let start = (layers - half) / 2
    return switch self {
    case .uniform: false
    case .even: layer % 2 == 1
    case .odd: layer % 2 == 0
    case .top: layer >= layers - half
    case .middle: layer >= start && layer < start + half
    case .bottom: layer < half
    case .first: layer == 0
    case .last: layer == layers - 1
    case .quarter: layer % 4 == 3
    case .bilateral: layer == 0 || layer == layers - 1
    }
  }

  /// All of them, counted from 0.
  public func layers(of layers: Int) -> [Int] {
    (0..<max(layers, 0)).filter { contains($0, of: layers) }
  }

  /// The mixer of each layer: these keep attention.
  public func mixers(_ mixer: TokenMixer, layers: Int) -> [TokenMixer] {
    (0..<max(layers, 0)).map { contains($0, of: layers) ? .softmax : mixer }
  }
}
