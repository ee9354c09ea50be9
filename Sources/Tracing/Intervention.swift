import Models
import Tensors

/// A change of a site's values: at some positions, of some heads.
///
/// Patching, ablation and steering are this with other new values.
public struct Intervention: Sendable {
  /// What stands in the chosen places afterwards.
  public enum Effect: Sendable {
    case zero
    /// The mean over the rows.
    case mean
    case scale(Float)
    /// These values, in the site's shape.
    case values(Tensor)
    /// These values on top of what is there; of the site's width, or its shape.
    case add(Tensor)
  }

  public var pattern: String
  public var effect: Effect
  /// Nil: all of them.
  public var positions: Set<Int>?
  /// Nil: all of them.
  public var heads: Set<Int>?

  public init(
    _ effect: Effect, at pattern: String, positions: Set<Int>? = nil, heads: Set<Int>? = nil
  ) {
    (self.effect, self.pattern) = (effect, pattern)
    (self.positions, self.heads) = (positions, heads)
  }

  /// Adds it to what a pass does.
  public func add(to hooks: inout Hooks) throws(TracingError) {
    do throws(ModelError) {
      try hooks.add(pattern) { (point, value) throws(ModelError) in
        do throws(TensorError) { return try changed(value, point) } catch {
          throw .tensor(error)
        }
      }
    } catch { throw .model(error) }
  }

  /// Which axes of a site count positions and heads.
  static func axes(_ site: HookSite) -> (positions: Int?, heads: Int?) {
    switch site {
    case .query, .key, .value, .turnedQuery, .turnedKey, .headResult, .crossQuery,
      .crossHeadResult:
      (0, 1)
    case .attentionScores, .attentionProbabilities, .crossScores, .crossProbabilities: (2, 1)
    case .cachedKeys, .cachedValues, .crossKey, .crossValue: (1, 2)
    default: (0, nil)
    }
  }

  private func changed(_ value: Variable, _ point: HookPoint) throws(TensorError) -> Variable {
    let axes = Self.axes(point.site)
    let new: Variable
    switch effect {
    case .zero: new = Variable(constant: try .zeros(value.shape, value.elementType))
    case .mean:
      new = try value.mean(axes: [axes.positions ?? 0], keepingAxes: true)
        .broadcast(to: value.shape)
    case .scale(let factor): new = try value * Double(factor)
    case .values(let tensor):
      new = Variable(constant: try tensor.reshaped(value.shape))
    case .add(let tensor): new = try value + Variable(constant: tensor)
    }
    if positions == nil, heads == nil || axes.heads == nil { return new }
    let chosen = try mask(value.shape, axes)
    return try Variable.choose(chosen, new, value)
  }

  /// True in the chosen places.
  private func mask(_ shape: [Int], _ axes: (positions: Int?, heads: Int?)) throws(TensorError)
    -> Tensor
  {
    func choice(_ set: Set<Int>?, _ axis: Int?) throws(TensorError) -> Tensor? {
      guard let set, let axis else { return nil }
      var extents = [Int](repeating: 1, count: shape.count)
      extents[axis] = shape[axis]
      return try Tensor((0..<shape[axis]).map(set.contains), shape: extents)
    }
    let parts = try [choice(positions, axes.positions), choice(heads, axes.heads)]
      .compactMap { $0 }
    var mask = try Tensor.full(shape, .bool(true), .bool)
    for part in parts { mask = try Tensor.apply(.and, mask, part.broadcast(to: shape)) }
    return mask
  }
}
