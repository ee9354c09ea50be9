extension DisentangledTransformer {
  /// Two layers, with weights by hand, that write row j of Y where the layout reads it, for each answer
  /// that can be known there: the constructions of theorems 2 and 3 of arXiv 2509.24125.
  ///
  /// Without a mask, the rows of P themselves find their answers (theorem 2); with a causal one, n rows
  /// behind the data do (theorem 3), k of them for k answers, and the string's rows where theirs is there.
  ///
  /// Layer 1: the row of answer j scores β · P_ij at row i of P and -3β at all others, and so copies
  /// [P_i, e_i] of the row with P_ij = 1. Layer 2: it scores β where the copied e_i meets the position of row i
  /// of the string, and copies (P Y)_i = Y_j, which W takes out.
  ///
  /// - Parameter sharpness: β; the error falls as T · exp(-β).
  /// - Throws: ``TrainingError/wrongNumber(name:value:reason:)`` for a sharpness outside 0...1000.
  public init(constructedFor layout: InversePermutationLayout, sharpness: Double)
    throws(TrainingError)
  {
    guard (0...1000).contains(sharpness) else {
      throw .wrongNumber(name: "sharpness", value: sharpness, reason: "must be from 0 to 1000")
    }
    let (size, rows) = (layout.size, layout.rows)
    let widths = try Self.widths(contentWidth: size, rows: rows, layers: 2)
    let width = widths[0]
    var first = [Double](repeating: 0, count: width * width)
    for (answer, row) in layout.readRows.enumerated() {
      let query = (size + row) * width
      first[query + answer] = sharpness
      for key in 0..<rows
      where !(layout.firstPermutationRow..<layout.firstStringRow).contains(key) {
        first[query + size + key] = -3 * sharpness
      }
    }
    // What layer 1 wrote stands behind the first stream: its content, then its positions.
    var second = [Double](repeating: 0, count: widths[1] * widths[1])
    for i in 0..<size {
      let copied = width + size + layout.firstPermutationRow + i
      second[copied * widths[1] + size + layout.firstStringRow + i] = sharpness
    }
    var readout = [Double](repeating: 0, count: widths[2] * size)
    for column in 0..<size { readout[(widths[1] + column) * size + column] = 1 }
    try self.init(
      contentWidth: size, rows: rows, isCausal: layout.isCausal, attention: [first, second],
      readout: readout)
  }
}
