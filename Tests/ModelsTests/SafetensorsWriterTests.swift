import Files
import Glibc
import Tensors
import Testing

@testable import Models

@Suite("Writing safetensors") struct SafetensorsWriterTests {
  @Test("f32 becomes the nearest binary16, ties to even: all halves and the middles between them")
  func nearest() {
    for bits in UInt16(0)..<0x7C00 {
      let value = HalfPrecision.float(fromBinary16: bits)
      #expect(SafetensorsWriter.binary16(value) == bits)
      #expect(SafetensorsWriter.binary16(-value) == bits | 0x8000)
      guard bits < 0x7BFF else { continue }
      let next = HalfPrecision.float(fromBinary16: bits + 1)
      let middle = (value + next) / 2
      #expect(SafetensorsWriter.binary16(middle) == (bits & 1 == 0 ? bits : bits + 1))
      #expect(SafetensorsWriter.binary16(middle.nextDown) == bits)
      #expect(SafetensorsWriter.binary16(middle.nextUp) == bits + 1)
    }
    #expect(SafetensorsWriter.binary16(65_519.996) == 0x7BFF)
    #expect(SafetensorsWriter.binary16(65_520) == 0x7C00)
    #expect(SafetensorsWriter.binary16(-.infinity) == 0xFC00)
    #expect(SafetensorsWriter.binary16(.nan) & 0x7FFF == 0x7E00)
  }

  @Test("what was written is read back")
  func roundTrip() throws {
    let path = "/tmp/tessera-writer-\(getpid()).safetensors"
    defer { unlink(path) }
    var writer = SafetensorsWriter(metadata: [("made by", "a \"test\"\n")])
    let values: [Float] = [0, -1.5, 0.1, 3e-9, 65_504, 2.25]
    try writer.add("a", shape: [2, 3], values: values)
    try writer.add("half", shape: [6], values: values, format: .f16)
    try writer.add("none", shape: [0, 4], values: [])
    try writer.write(to: path)
    let file = try SafetensorsFile(path: path)
    #expect(file.names == ["a", "half", "none"])
    #expect(file.metadata.map(\.key) == ["made by"])
    #expect(file.metadata.map(\.value) == ["a \"test\"\n"])
    #expect(file.shape(of: "a") == [2, 3])
    #expect(try file.floats("a") == values)
    let halves = values.map {
      HalfPrecision.float(fromBinary16: SafetensorsWriter.binary16($0))
    }
    #expect(try file.floats("half") == halves)
    #expect(try file.floats("none").isEmpty)
  }

  @Test("wrong numbers of values, names used twice and overflow to infinity are refused")
  func refusals() throws {
    var writer = SafetensorsWriter()
    #expect(throws: ModelError.self) { try writer.add("a", shape: [2], values: [1]) }
    #expect(throws: ModelError.self) { try writer.add("a", shape: [-1, -1], values: [1]) }
    try writer.add("a", shape: [1], values: [1])
    #expect(throws: ModelError.self) { try writer.add("a", shape: [1], values: [1]) }
    #expect(throws: ModelError.self) {
      try writer.add("b", shape: [1], values: [70_000], format: .f16)
    }
    #expect(throws: ModelError.self) { try writer.add("__metadata__", shape: [1], values: [1]) }
  }
}
