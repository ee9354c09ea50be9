import Kernels

/// How a weight of the network comes out of a tensor of a file.
///
/// Files fuse queries, keys and values, turn matrices round, or put rotary pairs side by side; all of
/// that is a choice of rows, so that quantised rows can be taken as they are.
public struct WeightRecipe: Sendable, Equatable {
  /// Which rows of the stored matrix, in which order.
  public enum Rows: Sendable, Equatable {
    case all
    case range(Range<Int>)
    /// Of each group of `stride` rows those of `range`, groups ascending (GPT-NeoX: queries, keys and values
    /// of each head stand together).
    case grouped(stride: Int, range: Range<Int>)
    /// Rows 2 i and 2 i + 1 of the first `width` of each head of `head` rows become i and i + width / 2
    /// (GGUF and llama2.c keep rotary pairs side by side).
    case unpaired(head: Int, width: Int)
  }

  /// The tensor's name in the file.
  public var source: String
  /// Tensors that are stacked under the first one, all of one shape (StableLM's norms of heads).
  public var others: [String] = []
  /// Stored as `[inputs, outputs]` (GPT-2).
  public var isTransposed = false
  public var rows = Rows.all
  /// The matrix of a stack `[experts, outputs, inputs]`.
  public var slice: Int?
  /// Added to every number (norms whose gains are stored with one added).
  public var offset: Float = 0

  public init(
    _ source: String, isTransposed: Bool = false, rows: Rows = .all, slice: Int? = nil,
    offset: Float = 0
  ) {
    (self.source, self.isTransposed, self.rows) = (source, isTransposed, rows)
    (self.slice, self.offset) = (slice, offset)
  }

  /// All of it as text that another recipe does not have.
  var statement: String {
    let rows =
      switch rows {
      case .all: "all"
      case .range(let range): "\(range.lowerBound)..<\(range.upperBound)"
      case .grouped(let stride, let range):
        "\(range.lowerBound)..<\(range.upperBound) of \(stride)"
      case .unpaired(let head, let width): "unpaired \(width) of \(head)"
      }
    let tensors = ([source] + others).joined(separator: " ")
    let slice = slice.map(String.init) ?? "-"
    return "\(rows) \(isTransposed) \(slice) \(offset.bitPattern) \(tensors)"
  }

  /// Whether the numbers are the file's, in its order.
  public var isIdentity: Bool {
    !isTransposed && rows == .all && slice == nil && offset == 0 && others.isEmpty
  }
}

extension WeightRecipe.Rows {
  /// The stored rows in the order of the weight's; nil for all as they are.
  func indices(of count: Int) -> [Int]? {
    switch self {
    case .all: return nil
    case .range(let range): return Array(range.clamped(to: 0..<count))
    case .grouped(let stride, let range):
      guard stride > 0 else { return [] }
      return (0..<count / stride).flatMap { group in range.map { group * stride + $0 } }
    case .unpaired(let head, let width):
      guard head > 0 else { return [] }
      return (0..<count).map { row in
        let (start, inside) = (row / head * head, row % head)
        if inside >= width { return row }
        let half = width / 2
        return start + (inside < half ? 2 * inside : 2 * (inside - half) + 1)
      }
    }
  }

  /// How many rows come of `count` stored ones; nil where they do not divide.
  func count(of count: Int) -> Int? {
    switch self {
    case .all: count
    case .range(let range):
      range.lowerBound >= 0 && range.upperBound <= count ? range.count : nil
    case .grouped(let stride, let range):
      stride > 0 && count % stride == 0 && range.lowerBound >= 0 && range.upperBound <= stride
        ? count / stride * range.count : nil
    case .unpaired(let head, let width):
      head > 0 && count % head == 0 && width <= head && width % 2 == 0 ? count : nil
    }
  }
}

/// Weights of a network taken from a file by their recipes.
struct WeightLoader {
  let source: any TensorSource
  let recipes: [WeightKey: WeightRecipe]

  func recipe(_ key: WeightKey) throws(ModelError) -> WeightRecipe {
    guard let recipe = recipes[key] else {
      throw .missingTensor(path: source.path, name: key.name)
    }
    return recipe
  }

  /// Refuses a weight whose tensor is missing or has another shape than the network asks for; nothing of
  /// it is read.
  func check(_ key: WeightKey, shape: [Int]) throws(ModelError) {
    let recipe = try recipe(key)
    guard var found = source.shape(of: recipe.source) else {
      throw .missingTensor(path: source.path, name: recipe.source)
    }
    let stored = found
    func fail() -> ModelError {
      .shape(path: source.path, name: recipe.source, expected: shape, found: stored)
    }
    if let slice = recipe.slice {
      guard found.count > 1, slice < found[0] else { throw fail() }
      found.removeFirst()
    }
    for other in recipe.others where source.shape(of: other) != stored {
      guard let found = source.shape(of: other) else {
        throw .missingTensor(path: source.path, name: other)
      }
      throw .shape(path: source.path, name: other, expected: stored, found: found)
    }
    if !recipe.others.isEmpty { found.insert(recipe.others.count + 1, at: 0) }
    if recipe.isTransposed { found.reverse() }
    // Trailing and leading extents of 1 mean nothing (a class token is [1, 1, width]).
    if found.count > shape.count {
      found = Array(found.drop { $0 == 1 })
      while found.count < shape.count { found.insert(1, at: 0) }
    }
    if found.count + 1 == shape.count, shape.first == 1 { found.insert(1, at: 0) }
    guard let first = found.first, let rows = recipe.rows.count(of: first) else { throw fail() }
    found[0] = rows
    // A kernel of a convolution [outputs, channels, height, width] is a matrix.
    let product = found.dropFirst().reduce(1, &*)
    let flat = shape.count == 2 && found.count > 2 ? [found[0], product] : found
    if flat != shape { throw fail() }
  }

  /// The numbers of a weight that was checked, row-major.
  func floats(_ key: WeightKey, shape: [Int]) throws(ModelError) -> [Float] {
    let recipe = try recipe(key)
    guard let stored = source.shape(of: recipe.source) else {
      throw .missingTensor(path: source.path, name: recipe.source)
    }
    var values: [Float]
    if let slice = recipe.slice {
      values = try source.rows(recipe.source, slice..<slice + 1)
    } else {
      values = try source.floats(recipe.source)
      for other in recipe.others { values += try source.floats(other) }
    }
    if recipe.isTransposed, stored.count >= 2 {
      values = Self.transposed(values, columns: stored[stored.count - 1])
    }
    let count = shape.reduce(1, &*)
    let width = shape.count > 1 ? shape.dropFirst().reduce(1, &*) : 1
    if let rows = recipe.rows.indices(of: width > 0 ? values.count / width : 0) {
      var chosen: [Float] = []
      chosen.reserveCapacity(count)
      for row in rows { chosen.append(contentsOf: values[row * width..<(row + 1) * width]) }
      values = chosen
    }
    if recipe.offset != 0 { for index in values.indices { values[index] += recipe.offset } }
    guard values.count == count else {
      throw .shape(path: source.path, name: recipe.source, expected: shape, found: stored)
    }
    return values
  }

  private static func transposed(_ values: [Float], columns: Int) -> [Float] {
    let rows = columns > 0 ? values.count / columns : 0
    return [Float](unsafeUninitializedCapacity: values.count) { out, count in
      for column in 0..<columns {
        for row in 0..<rows { out[column * rows + row] = values[row * columns + column] }
      }
      count = rows * columns
    }
  }
}
