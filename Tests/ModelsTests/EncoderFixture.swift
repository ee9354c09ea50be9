import Files
import Tensors
import Testing

@testable import Models

/// A tiny checkpoint with what the reference library computes from it (see Fixtures/README.md).
struct EncoderFixture {
  static let folder = Paths.join(Paths.parent(of: #filePath), "Fixtures/checkpoints")

  let path: String
  let expected: SafetensorsFile

  init(_ name: String) throws {
    path = Paths.join(Self.folder, name)
    expected = try SafetensorsFile(path: Paths.join(path, "expected.safetensors"))
  }

  func tensor(_ name: String) throws -> Tensor { try expected.tensor(name) }
  func ids(_ name: String) throws -> [Int32] { try #require(try expected.tensor(name).int32s) }

  func textEncoder() throws -> TextEncoder {
    guard case .textEncoder(let model) = try ModelLoader.loadAny(path: path) else {
      throw ModelError.input(reason: "\(path) is no text encoder")
    }
    return model
  }

  func imageEncoder() throws -> ImageEncoder {
    guard case .imageEncoder(let model) = try ModelLoader.loadAny(path: path) else {
      throw ModelError.input(reason: "\(path) is no image encoder")
    }
    return model
  }

  func imageText() throws -> ImageTextModel {
    guard case .imageText(let model) = try ModelLoader.loadAny(path: path) else {
      throw ModelError.input(reason: "\(path) is no image and text model")
    }
    return model
  }

  func imageLanguage() throws -> ImageLanguageModel {
    guard case .imageLanguage(let model) = try ModelLoader.loadAny(path: path) else {
      throw ModelError.input(reason: "\(path) is no image language model")
    }
    return model
  }

  func encoderDecoder() throws -> EncoderDecoderModel {
    guard case .encoderDecoder(let model) = try ModelLoader.loadAny(path: path) else {
      throw ModelError.input(reason: "\(path) is no encoder-decoder model")
    }
    return model
  }

  /// The checkpoint with fields of its configuration replaced and tensors renamed or added, loaded.
  static func loaded(
    _ name: String, fields: [JSON.Member] = [],
    tensors change: (inout [(name: String, shape: [Int], values: [Float])]) -> Void = { _ in },
    others: [String: String] = [:]
  ) throws -> LoadedModel {
    let path = Paths.join(folder, name)
    let json = try ModelLoader.configuration(at: Paths.join(path, "config.json"))
    let changed = Set(fields.map(\.key))
    let members = (json.objectValue ?? []).filter { !changed.contains($0.key) } + fields
    let file = try SafetensorsFile(path: Paths.join(path, "model.safetensors"))
    var tensors = try file.tensorNames.map { name in
      (name: name, shape: file.shape(of: name) ?? [], values: try file.floats(name))
    }
    change(&tensors)
    var files = [
      "config.json": Array(JSON.object(members).text().utf8),
      "model.safetensors": TinyCheckpoint.safetensors(tensors),
    ]
    for (name, text) in others { files[name] = Array(text.utf8) }
    return try TinyCheckpoint.withFolder(files) { try ModelLoader.loadAny(path: $0) }
  }
}

/// The largest difference of two tensors, as a share of the largest magnitude of the second.
func relativeError(_ ours: Tensor, _ expected: Tensor) -> Double {
  guard ours.shape == expected.shape else { return .infinity }
  let largest = expected.doubles.map(abs).max() ?? 0
  let error = zip(ours.doubles, expected.doubles).map { abs($0 - $1) }.max() ?? 0
  return error / max(largest, .leastNonzeroMagnitude)
}

/// Whether `ours` is as near as asked, with the figure in the failure.
func expectNear(
  _ ours: Tensor, _ expected: Tensor, _ tolerance: Double, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let error = relativeError(ours, expected)
  let shapes = "\(ours.shape) \(expected.shape)"
  #expect(error <= tolerance, "\(what): \(error) \(shapes)", sourceLocation: sourceLocation)
}
