/// The sizes of packed operands, checked.
enum PanelLayout {
  /// All elements of a strided operand lie inside `found` values.
  static func check(
    _ found: Int, inputs: Int, outputs: Int, _ inputStride: Int, _ outputStride: Int
  ) throws(KernelError) {
    guard inputs >= 0, outputs >= 0, inputStride >= 0, outputStride >= 0 else {
      throw .size(kernel: "pack", argument: "extents", needed: 0, found: min(inputs, outputs))
    }
    if inputs == 0 || outputs == 0 { return }
    let (a, aOverflow) = (inputs - 1).multipliedReportingOverflow(by: inputStride)
    let (b, bOverflow) = (outputs - 1).multipliedReportingOverflow(by: outputStride)
    let (last, overflow) = a.addingReportingOverflow(b)
    if aOverflow || bOverflow || overflow || last >= found {
      let wraps = aOverflow || bOverflow || overflow || last == Int.max
      throw .size(
        kernel: "pack", argument: "values", needed: wraps ? Int.max : last + 1, found: found)
    }
  }

  /// The values that a packed operand takes.
  static func count(inputs: Int, outputs: Int, width: Int) throws(KernelError) -> Int {
    let (columns, wraps) = outputs.addingReportingOverflow(width - 1)
    let (count, overflow) = (columns / width * width).multipliedReportingOverflow(by: inputs)
    let (_, tooMany) = count.multipliedReportingOverflow(by: 8)
    if wraps || overflow || tooMany { throw .memory(kernel: "pack", bytes: Int.max) }
    return count
  }

  /// x `[rows, inputs]` and y `[rows, outputs]` have exactly these sizes.
  static func checkProduct(_ x: Int, _ y: Int, rows: Int, inputs: Int, outputs: Int)
    throws(KernelError)
  {
    for (name, found, width) in [("x", x, inputs), ("y", y, outputs)] {
      let (needed, overflow) = rows.multipliedReportingOverflow(by: width)
      try KernelError.check("product", name, found, overflow || rows < 0 ? Int.max : needed)
    }
  }

  /// Row `output` of a packed matrix can be copied to `found` numbers.
  static func checkRow(_ found: Int, _ output: Int, inputs: Int, outputs: Int) throws(KernelError) {
    try KernelError.check("packed matrix", "row", found, inputs)
    guard output >= 0, output < outputs else {
      throw .index(
        kernel: "packed matrix", argument: "output", place: 0, index: output, count: outputs)
    }
  }
}
