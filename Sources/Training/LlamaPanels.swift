import Kernels

/// The matrices of a network as products read them, for one direction; packed once a step.
final class LlamaPanels {
  private let table: LlamaParameterTable
  private let direction: TrainingKernels.Direction
  /// Where each tensor's panels begin, and where the last ones end.
  private let places: [Int]
  private let panels: FloatBuffer

  init(_ table: LlamaParameterTable, _ direction: TrainingKernels.Direction) throws(KernelError) {
    (self.table, self.direction) = (table, direction)
    var places = [0]
    for tensor in table.tensors {
      let (k, columns) = Self.extents(tensor, direction)
      places.append((places.last ?? 0) + TrainingKernels.panelCount(inputs: k, outputs: columns))
    }
    self.places = places
    panels = try FloatBuffer(places.last ?? 0)
  }

  func pack(_ parameters: FloatBuffer) throws(KernelError) {
    let whole = table.tensors.indices.filter { table.tensors[$0].isMatrix }
    try SharedWork.blocks(
      of: whole.count, size: 1, operations: 4 * Double(table.count) / Double(whole.count)
    ) { (some, _) throws(KernelError) in
      for index in some.map({ whole[$0] }) {
        let tensor = table.tensors[index]
        try TrainingKernels.pack(
          parameters.view(tensor.range), outputs: tensor.shape[0], inputs: tensor.shape[1],
          direction, into: panels.view(places[index]..<places[index + 1]))
      }
    }
  }

  /// Rows `[rows, k]` times a matrix.
  func multiply(_ x: FloatView, _ index: Int, into y: FloatView, rows: Int) throws(KernelError) {
    let (k, columns) = Self.extents(table.tensors[index], direction)
    try TrainingKernels.product(
      x, panels: panels.view(places[index]..<places[index + 1]), into: y, rows: rows, k: k,
      columns: columns)
  }

  /// The contracted extent and the columns; gains have none.
  private static func extents(
    _ tensor: ParameterTensor, _ direction: TrainingKernels.Direction
  ) -> (k: Int, columns: Int) {
    guard tensor.isMatrix else { return (0, 0) }
    return direction == .forward
      ? (tensor.shape[1], tensor.shape[0]) : (tensor.shape[0], tensor.shape[1])
  }
}
