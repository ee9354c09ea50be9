import Kernels

/// A source that can take one matrix out of a stack `[experts, outputs, inputs]` as it is quantised.
protocol StackedTensorSource: TensorSource {
  /// Nil where the tensor is no stack, or not in blocks of a quantised type.
  func quantized(_ name: String, slice: Int) throws(ModelError) -> QuantizedMatrix?
}

extension GGUFFile: StackedTensorSource {
  func quantized(_ name: String, slice: Int) throws(ModelError) -> QuantizedMatrix? {
    guard let format = type(of: name)?.blockFormat, let shape = shape(of: name), shape.count == 3,
      let length = byteCount(of: name), shape[0] > 0,
      let begin = header.tensors.first(where: { $0.name == name })?.offset
    else { return nil }
    guard (0..<shape[0]).contains(slice) else {
      throw .malformed(
        path: path, field: "tensor '\(name)'",
        reason: "the matrix \(slice) was asked for, its shape is \(shape)")
    }
    // The header was checked: every matrix is whole blocks.
    let size = length / shape[0]
    let bytes = try file.bytes(begin + slice * size, size)
    do throws(KernelError) {
      return try .copying(bytes, format: format, inputs: shape[2], outputs: shape[1])
    } catch { throw ModelError(error) }
  }
}
