import Tensors

/// Lays a tensor out as text: `tensor f32 [2, 3]`, then its rows with aligned columns; of large
/// ones the first and last.
struct TensorLayout {
  let tensor: Tensor
  static let width = 88
  /// Rank 1 up to this many elements is shown whole.
  static let elementLimit = 100
  static let columnLimit = 12
  static let rowLimit = 20
  /// How many matrices of a tensor of rank 3 and more are shown.
  static let blockLimit = 6

  var text: String {
    let title = "tensor \(tensor.elementType.rawValue) \(tensor.shape)"
    if tensor.count == 0 { return title }
    switch tensor.rank {
    case 0: return title + " " + element(0)
    case 1: return ([title] + row).joined(separator: "\n")
    case 2: return ([title] + matrix(at: 0)).joined(separator: "\n")
    default: return ([title] + blocks).joined(separator: "\n")
    }
  }

  private func element(_ index: Int) -> String {
    (try? tensor.scalar(at: index)).map(InlineWriter.element) ?? ""
  }

  /// The indices shown of an axis; nil stands for `…`.
  private func shown(_ count: Int, limit: Int, ends: Int) -> [Int?] {
    if count <= limit { return Array(0..<count) }
    return Array(0..<ends) + [nil] + Array((count - ends)..<count)
  }

  /// A tensor of rank 1, wrapped into equally wide columns.
  private var row: [String] {
    let indices = shown(tensor.count, limit: TensorLayout.elementLimit, ends: 6)
    let cells = indices.map { $0.map(element) ?? "…" }
    let width = cells.reduce(0) { max($0, TextWidth.columns(of: $1)) }
    let perLine = max(1, (TensorLayout.width + 2) / (width + 2))
    if cells.count <= perLine || tensor.count > TensorLayout.elementLimit {
      return [cells.joined(separator: "  ")]
    }
    return stride(from: 0, to: cells.count, by: perLine).map { start in
      aligned(Array(cells[start..<min(start + perLine, cells.count)]), width)
    }
  }

  private func aligned(_ cells: [String], _ width: Int) -> String {
    cells.map { String(repeating: " ", count: max(0, width - TextWidth.columns(of: $0))) + $0 }
      .joined(separator: "  ")
  }

  /// The matrix that starts at an element.
  private func matrix(at start: Int) -> [String] {
    let (rowCount, columnCount) = (tensor.shape[tensor.rank - 2], tensor.shape[tensor.rank - 1])
    let rows = shown(rowCount, limit: TensorLayout.rowLimit, ends: 5)
    var columns = shown(columnCount, limit: TensorLayout.columnLimit, ends: 4)
    var lines = cells(start, rows, columns)
    if lines.contains(where: { TextWidth.columns(of: $0) > TensorLayout.width }) {
      columns = shown(columnCount, limit: 4, ends: 2)
      lines = cells(start, rows, columns)
    }
    return lines
  }

  private func cells(_ start: Int, _ rows: [Int?], _ columns: [Int?]) -> [String] {
    let columnCount = tensor.shape[tensor.rank - 1]
    let texts = rows.map { row in
      columns.map { column in
        guard let row, let column else { return column == nil && row == nil ? "" : "…" }
        return element(start + row * columnCount + column)
      }
    }
    var widths = [Int](repeating: 0, count: columns.count)
    for row in texts {
      for (index, cell) in row.enumerated() {
        widths[index] = max(widths[index], TextWidth.columns(of: cell))
      }
    }
    return zip(rows, texts).map { row, cells in
      if row == nil { return "…" }
      return zip(cells, widths).map {
        String(repeating: " ", count: max(0, $1 - TextWidth.columns(of: $0))) + $0
      }.joined(separator: "  ")
    }
  }

  /// The matrices of a tensor of rank 3 and more, each under its place.
  private var blocks: [String] {
    let outer = Array(tensor.shape.dropLast(2))
    let size = tensor.shape[tensor.rank - 2] * tensor.shape[tensor.rank - 1]
    let count = tensor.count / size
    var lines: [String] = []
    for block in shown(count, limit: TensorLayout.blockLimit, ends: 2) {
      guard let block else {
        lines.append("…")
        continue
      }
      var place: [String] = []
      var rest = block
      for extent in outer.reversed() {
        place.append(String(rest % extent))
        rest /= extent
      }
      lines.append("[" + place.reversed().joined(separator: ", ") + "]")
      lines += matrix(at: block * size)
    }
    return lines
  }
}
