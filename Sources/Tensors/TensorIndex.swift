/// What is taken along one axis.
public enum TensorIndex: Sendable, Equatable {
  /// One position; the axis goes away. Negative positions count from the end.
  case at(Int)
  /// `start..<end`; negative ends count from the end, nil is the axis's own end.
  case range(start: Int?, end: Int?)
  /// Every `step`-th position from `start` up to but not `end`; a negative step goes down. Negative
  /// ends count from the end; nil is the axis's own end in the step's direction.
  case steps(start: Int?, end: Int?, step: Int)
  /// The whole axis.
  case all

  /// The first position, how many there are and how far apart.
  func positions(axis: Int, of shape: [Int]) throws(TensorError)
    -> (first: Int, count: Int, step: Int)
  {
    let extent = shape[axis]
    func resolved(_ index: Int, _ allowed: ClosedRange<Int>) throws(TensorError) -> Int {
      let place = index < 0 ? index &+ extent : index
      guard allowed.contains(place) else {
        throw .indexOutOfRange(index: index, axis: axis, shape: shape)
      }
      return place
    }
    switch self {
    case .all: return (0, extent, 1)
    case .at(let index):
      if extent == 0 { throw .indexOutOfRange(index: index, axis: axis, shape: shape) }
      return (try resolved(index, 0...extent - 1), 1, 1)
    case .range(let start, let end):
      let first = try resolved(start ?? 0, 0...extent)
      return (first, max(try resolved(end ?? extent, 0...extent) - first, 0), 1)
    case .steps(let start, let end, let step) where step > 0:
      let first = try resolved(start ?? 0, 0...extent)
      let last = try resolved(end ?? extent, 0...extent)
      let count = first < last ? (last - first - 1) / step + 1 : 0
      return (first, count, count > 1 ? step : 1)
    case .steps(_, _, 0):
      throw .invalidArgument(operation: "an index", reason: "a step of 0 goes nowhere")
    case .steps(let start, let end, let step):
      if extent == 0 {
        for index in [start, end] { if let index { _ = try resolved(index, 0...0) } }
        return (0, 0, 1)
      }
      let first =
        try start.map { (index) throws(TensorError) in try resolved(index, 0...extent - 1) }
        ?? extent - 1
      let last =
        try end.map { (index) throws(TensorError) in try resolved(index, 0...extent - 1) } ?? -1
      let count =
        first > last ? Int(UInt(first - last - 1) / step.magnitude) + 1 : 0
      return (first, count, count > 1 ? step : 1)
    }
  }
}
