import Tensors

/// Square pictures with the names of their classes.
public struct PictureData: Sendable, Equatable {
  public let side: Int
  public let channels: Int
  /// The classes' names: numbers by their size, others in the order of their Unicode scalars.
  public let labels: [String]
  /// Their classes are indices into ``labels``.
  public let examples: [PictureExample]

  /// - Parameters:
  ///   - pictures: `[pictures, channels, side, side]`.
  ///   - labels: one for each.
  /// - Throws: ``TrainingError`` for pictures that are not as high as wide or hold no numbers, and for labels
  ///   that are not as many.
  public init(_ pictures: Tensor, labels names: [String]) throws(TrainingError) {
    let shape = pictures.shape
    guard shape.count == 4, shape[2] == shape[3], shape.allSatisfy({ $0 > 0 }) else {
      throw .model(
        .input(reason: "pictures are [pictures, channels, side, side], not \(shape)"))
    }
    guard names.count == shape[0] else {
      throw .setting(
        name: "the number of labels", value: names.count,
        reason: "there are \(shape[0]) pictures")
    }
    (channels, side) = (shape[1], shape[2])
    labels = Set(names).sorted {
      let (a, b) = (Int($0), Int($1))
      if let a, let b { return a < b }
      return $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars)
    }
    let numbers = Dictionary(
      labels.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    let values = pictures.floats
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw .wrongNumber(
        name: "pixel \(place)", value: Double(values[place]), reason: "must be finite")
    }
    let size = shape[1] * shape[2] * shape[3]
    examples = names.enumerated().map { index, name in
      PictureExample(
        Array(values[index * size..<(index + 1) * size]), label: numbers[name] ?? 0)
    }
  }
}
