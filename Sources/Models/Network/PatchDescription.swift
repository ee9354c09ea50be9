/// How pictures become tokens: squares without overlap, each through one matrix (arXiv 2010.11929).
public struct PatchDescription: Sendable, Equatable {
  public var channels: Int
  /// The pictures' height and width.
  public var imageSize: Int
  /// The squares' height and width.
  public var patchSize: Int
  public var hasBias: Bool

  public init(channels: Int, imageSize: Int, patchSize: Int, hasBias: Bool) {
    (self.channels, self.imageSize) = (channels, imageSize)
    (self.patchSize, self.hasBias) = (patchSize, hasBias)
  }

  /// The squares along one side.
  public var side: Int { imageSize / max(patchSize, 1) }
  /// The numbers of a square.
  public var inputs: Int { channels * patchSize * patchSize }
  /// The tokens of a picture: a learned one, the class token, stands before the squares.
  public var tokens: Int { 1 + side * side }
}
