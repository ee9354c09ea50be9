import Files
import Glibc
import Kernels

@testable import Models

/// What the fuzzers feed to readers of models with any bytes (`scripts/fuzz`), and what a test feeds to
/// them with the files of `Fuzz/Corpus`: a file is refused in words, or what is read keeps the laws.
///
/// A crash, a hang, memory without bound, or an error that is thrown here is a finding.
enum ModelFuzzTarget: String, CaseIterable {
  case ggufModel = "gguf-model"
  case safetensors
  case shards

  /// A law that does not hold.
  struct Broken: Error { var law: String }

  func run(_ input: [UInt8]) throws {
    switch self {
    case .ggufModel:
      try read([input]) { paths in
        let file = try GGUFFile(path: paths[0])
        try use(file)
        try writeAgain(file)
      }
    case .safetensors: try read([input]) { try use(SafetensorsFile(path: $0[0])) }
    case .shards: try shards(input)
    }
  }

  private func check(_ holds: Bool, _ law: @autoclosure () -> String) throws(Broken) {
    if !holds { throw Broken(law: law()) }
  }

  /// Files that hold the inputs; the errors of readers have a code and name a file.
  private func read(_ contents: [[UInt8]], _ body: ([String]) throws -> Void) throws {
    let paths = contents.indices.map {
      "/tmp/tessera-model-fuzz-\(getpid())-\(pthread_self())-\($0).safetensors"
    }
    defer { for path in paths { unlink(path) } }
    for (path, content) in zip(paths, contents) {
      let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      defer { close(descriptor) }
      try check(
        descriptor >= 0 && write(descriptor, content, content.count) == content.count,
        "the temporary folder can be written")
    }
    do { try body(paths) } catch let error as ModelError {
      try check(
        error.code.hasPrefix("E") && error.message.contains("'/tmp/"),
        "errors have a code and name a file: \(error.message)")
    }
  }

  /// Tensors have the sizes they claim, and rows are parts of the whole.
  private func use(_ source: some TensorSource) throws {
    for name in source.tensorNames {
      guard let shape = source.shape(of: name), let bytes = source.byteCount(of: name),
        source.typeName(of: name) != nil
      else { throw Broken(law: "a tensor has a shape, a type and a size") }
      let values: [Float]
      do { values = try source.floats(name) } catch {
        guard case .unsupported = error else { throw error }
        continue
      }
      try check(values.count == shape.reduce(1, *), "as many numbers as the shape says")
      try check(values.count <= 4 * bytes, "numbers take memory that the file has")
      if let count = shape.first, count > 0 {
        let rows = try source.rows(name, count - 1..<count)
        try check(sameNumbers(rows, values.suffix(values.count / count)), "a row is a part")
      }
      guard let matrix = try source.quantized(name) else { continue }
      try check(sameNumbers(matrix.dequantized(), values[...]), "blocks are the same numbers")
      let x = (0..<matrix.inputs).map { Float($0 % 7) - 3 }
      var y = [Float](repeating: 0, count: matrix.outputs)
      try x.withUnsafeBufferPointer { x in
        try y.withUnsafeMutableBufferPointer { try matrix.multiply(x, into: $0) }
      }
    }
  }

  private func sameNumbers(_ a: [Float], _ b: ArraySlice<Float>) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
  }

  /// What can be written again has the same tensors and metadata.
  private func writeAgain(_ file: GGUFFile) throws {
    var writer = GGUFWriter(alignment: file.header.alignment)
    try writer.set(from: file.header)
    for name in file.tensorNames {
      guard let shape = file.shape(of: name), let type = file.type(of: name) else { continue }
      // Shorter names and fewer axes are all that the writer takes.
      guard name.utf8.count <= GGUFWriter.longestName, shape.count <= GGUFWriter.highestRank else {
        return
      }
      try writer.declare(name, shape: shape, type: type)
    }
    // A writer of a large alignment would fill the disk with padding.
    if file.header.alignment > 4096 { return }
    let path = file.path + ".again"
    defer { unlink(path) }
    try writer.write(to: path) { (name) throws(ModelError) in try file.bytes(name) }
    let again = try GGUFFile(path: path)
    try check(again.tensorNames == file.tensorNames, "the tensors come back")
    for name in file.tensorNames {
      try check(try again.bytes(name) == file.bytes(name), "the data come back")
    }
    for (key, _) in file.header.metadata where key != "general.alignment" {
      try check(
        again.header.encoding(of: key) == file.header.encoding(of: key), "the metadata come back")
    }
  }

  /// An index; `#0` and `#1` in it stand for the names of two files that hold `a` and `b`.
  private func shards(_ input: [UInt8]) throws {
    var files: [[UInt8]] = [input]
    for name in ["a", "b"] {
      var writer = SafetensorsWriter()
      try writer.add(name, shape: [2], values: [1, 2])
      files.append(writer.bytes())
    }
    try read(files) { paths in
      var index: [UInt8] = []
      var rest = input[...]
      while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "#"), let digit = rest.first, digit == 0x30 || digit == 0x31 {
          index += Array(Paths.name(of: paths[Int(digit) - 0x2F]).utf8)
          rest.removeFirst()
        } else {
          index.append(byte)
        }
      }
      try DurableFile.replace(paths[0], with: index)
      try use(ShardedSafetensors(path: paths[0]))
    }
  }
}
