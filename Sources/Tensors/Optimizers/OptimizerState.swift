import Files

/// What an optimizer remembers from step to step.
///
/// As bytes: `TSTATE1\n`, then in little endian the step (64 bits) and the number of slots (32 bits); for each
/// slot, by name: length and UTF-8 of the name, the number of tensors, and for each its length (64 bits)
/// and its `.npy` file.
public struct OptimizerState: Sendable, Equatable {
  /// The steps done.
  public var step = 0
  /// Moments by name, one tensor a parameter.
  public var slots: [String: [Tensor]] = [:]

  public init() {}

  private static let magic = Array("TSTATE1\n".utf8)

  public func encode() throws(TensorError) -> [UInt8] {
    var bytes = Self.magic
    func append(_ value: Int, bytes count: Int) {
      for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * place))) }
    }
    append(step, bytes: 8)
    append(slots.count, bytes: 4)
    for (name, tensors) in slots.sorted(by: { $0.key < $1.key }) {
      append(name.utf8.count, bytes: 4)
      bytes += Array(name.utf8)
      append(tensors.count, bytes: 4)
      for tensor in tensors {
        let file = try NPY.encode(tensor)
        append(file.count, bytes: 8)
        bytes += file
      }
    }
    return bytes
  }

  /// - Parameter path: named in errors.
  public init(decoding bytes: [UInt8], path: String) throws(TensorError) {
    var place = 0
    func malformed(_ reason: String) -> TensorError {
      .malformed(path: path, byte: place, reason: reason)
    }
    func take(_ count: Int) throws(TensorError) -> ArraySlice<UInt8> {
      guard count >= 0, count <= bytes.count - place else {
        throw malformed("\(count) bytes are needed, \(bytes.count - place) are left")
      }
      defer { place += count }
      return bytes[place..<place + count]
    }
    func number(_ count: Int) throws(TensorError) -> Int {
      let value = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard let number = Int(exactly: value) else { throw malformed("a number overflows") }
      return number
    }
    guard try take(Self.magic.count).elementsEqual(Self.magic) else {
      throw malformed("it is not the state of an optimizer")
    }
    step = try number(8)
    for _ in 0..<(try number(4)) {
      let name = String(decoding: try take(try number(4)), as: UTF8.self)
      guard slots[name] == nil else { throw malformed("'\(name)' comes twice") }
      var tensors: [Tensor] = []
      for _ in 0..<(try number(4)) {
        tensors.append(try NPY.decode(Array(try take(try number(8))), path: path))
      }
      slots[name] = tensors
    }
    guard place == bytes.count else { throw malformed("\(bytes.count - place) bytes are too many") }
  }
}
