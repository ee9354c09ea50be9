/// The memory of a buffer for the instance of a kernel that `Element` chose: `Number` is `Element`.
extension UnsafeBufferPointer {
  func pointer<Number>(_: Number.Type) -> UnsafePointer<Number>? {
    baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: Number.self) }
  }
}

extension UnsafeMutableBufferPointer {
  func pointer<Number>(_: Number.Type) -> UnsafeMutablePointer<Number>? {
    baseAddress.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: Number.self) }
  }
}
